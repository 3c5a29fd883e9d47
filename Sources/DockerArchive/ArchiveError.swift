/// What is wrong with an archive. The caller names the archive.
public enum ArchiveError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file is no archive of the layout that is read here.
    case unknownLayout
    /// The file ends before the archive does.
    case truncated
    /// Something in the file contradicts itself.
    case damaged(String)
    /// An entry is larger than it may be, in bytes.
    case tooLarge(entry: String, size: Int64)
    /// An entry that must be there is not.
    case missing(entry: String)
    /// A text of the archive is not what it should be.
    case malformed(entry: String, problem: String)

    /// What is wrong and what to do, to follow the archive's name.
    public var description: String {
        switch self {
        case .unknownLayout:
            "it is not an archive in the layout of docker's containerd store, as rancher-save-images makes it"
        case .truncated: "it is cut off; copy it again, or save it again"
        case .damaged(let problem): "it is damaged: \(problem); copy it again, or save it again"
        case .tooLarge(let entry, let size): "its \(entry) has \(size) bytes, more than it may have"
        case .missing(let entry): "it has no \(entry)"
        case .malformed(let entry, let problem): "its \(entry) cannot be used: \(problem)"
        }
    }
}
