/// A problem with an archive. The caller names the archive.
package enum ArchiveError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file is no archive that docker would load.
    case unknownLayout
    /// The file ends before the archive does.
    case truncated
    /// The file has contradictory content.
    case damaged(String)
    /// Two entries have one name.
    case twice(entry: String)
    /// An entry is larger than it may be, in bytes.
    case tooLarge(entry: String, size: Int64)
    /// An entry that must be there is not.
    case missing(entry: String)
    /// A split archive lacks its tables, which are at its end, after the part at `lastPart`.
    case tablesMissing(lastPart: String, defects: [String])
    /// The content of an entry is not what it has to be.
    case malformed(entry: String, problem: String)
    /// This program cannot read the file, though it may be sound.
    case unreadable(String)
    /// Compressed data unpacks to more than an ``ExpansionLimit`` allows; both in bytes.
    case bomb(packed: Int64, unpacked: Int64)
    /// The directory for temporary files has less space than needed, in bytes.
    case noTemporarySpace(directory: String, needed: Int64, available: Int64)
    /// The directory for temporary files is full.
    case temporarySpaceIsFull(directory: String)

    /// The problem and advice, to be printed after the archive's name.
    package var description: String {
        switch self {
        case .unknownLayout: "it is not an archive of images: neither a tar nor one that is compressed"
        case .truncated: "it is cut off; copy it again, or save it again"
        case .damaged(let problem): "it is damaged: \(problem); copy it again, or save it again"
        case .twice(let entry): "it has two entries called \(entry), so it is not clear which of them counts"
        case .tooLarge(let entry, let size): "its \(entry) has \(size) bytes, more than it may have"
        case .missing(let entry): "it has no \(entry)"
        case .tablesMissing(let path, let defects):
            "its tables, which are in its last part, are not there"
                + (defects.isEmpty ? "" : " (\(defects.joined(separator: ", ")))")
                + ": is \(path) the last part? Bring all parts, or copy them again"
        case .malformed(let entry, let problem): "its \(entry) cannot be used: \(problem)"
        case .unreadable(let problem): "it cannot be read: \(problem)"
        case .bomb(let packed, let unpacked):
            "\(packed) bytes of it unpack to more than \(unpacked), as no image does; nothing more is unpacked"
        case .noTemporarySpace(let directory, let needed, let available):
            "it takes about \(needed) bytes of temporary space, and \(directory) has \(available); name another directory in TMPDIR"
        case .temporarySpaceIsFull(let directory):
            "it takes more temporary space than there is in \(directory); name another directory in TMPDIR"
        }
    }
}
