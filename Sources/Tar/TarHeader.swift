/// The header of an entry of a tar archive.
public struct TarHeader: Equatable, Sendable {
    /// The types of entries.
    public enum Kind: Equatable, Sendable {
        /// A file, with content.
        case file
        /// A directory; its name usually ends in a slash.
        case directory
        /// A symbolic link to what `linkName` says.
        case symbolicLink
        /// Another name for the earlier entry that `linkName` names.
        case hardLink
        /// Anything else, with the type flag of the header, for instance `UInt8(ascii: "6")` for a pipe.
        case other(UInt8)
    }

    /// The path of the entry, as the archive has it.
    public var name: String
    /// The entry's type.
    package var kind: Kind
    /// The permission bits; Docker before 24.0 adds the bits of the file's type, as in `0o100644`.
    package var mode: UInt32
    /// The numeric owner.
    package var uid: Int64
    /// The numeric group.
    package var gid: Int64
    /// The size that the header states, in bytes. What follows the header is ``contentSize``.
    package var size: Int64
    /// When the content was last changed, in seconds since 1970.
    package var modificationTime: Int64
    /// The target of a link; empty for other entries.
    package var linkName: String
    /// The owner's name, empty if unknown.
    package var userName: String
    /// The group's name, empty if unknown.
    package var groupName: String

    /// A header; fields that are left out are zero or empty.
    public init(
        name: String,
        kind: Kind = .file,
        mode: UInt32 = 0o644,
        uid: Int64 = 0,
        gid: Int64 = 0,
        size: Int64 = 0,
        modificationTime: Int64 = 0,
        linkName: String = "",
        userName: String = "",
        groupName: String = ""
    ) {
        self.name = name
        self.kind = kind
        self.mode = mode
        self.uid = uid
        self.gid = gid
        self.size = size
        self.modificationTime = modificationTime
        self.linkName = linkName
        self.userName = userName
        self.groupName = groupName
    }
}

extension TarHeader {
    /// The unit of a tar archive, in bytes: headers have this size and contents are padded to a multiple of it.
    public static let blockSize = 512

    /// The bytes after the last entry: two blocks of zeros, as POSIX and Go write them.
    public static let endOfArchive = [UInt8](repeating: 0, count: 2 * blockSize)

    /// Returns the number of zeros after content of `size` bytes, 0 to 511.
    package static func padding(after size: Int64) -> Int {
        let rest = Int(size % Int64(blockSize))
        return rest == 0 ? 0 : blockSize - rest
    }

    /// The number of bytes of content after the header, without padding. Links, directories and devices have none, whatever size
    /// their header states.
    package var contentSize: Int64 {
        switch kind {
        case .file: size
        case .directory, .symbolicLink, .hardLink: 0
        case .other(let flag): (UInt8(ascii: "3")...UInt8(ascii: "6")).contains(flag) ? 0 : size
        }
    }

    /// The number of zeros after the content, 0 to 511.
    public var padding: Int { Self.padding(after: contentSize) }
}

extension TarHeader.Kind {
    /// The flag written for this kind.
    var flag: UInt8 {
        switch self {
        case .file: UInt8(ascii: "0")
        case .hardLink: UInt8(ascii: "1")
        case .symbolicLink: UInt8(ascii: "2")
        case .directory: UInt8(ascii: "5")
        case .other(let flag): flag
        }
    }

    /// The kind of a flag. Archives before POSIX have a zero byte for files and, with a slash at the end of the name, for
    /// directories; `7` is a contiguous file.
    init(flag: UInt8, name: String) {
        self =
            switch flag {
            case 0: name.utf8.last == UInt8(ascii: "/") ? .directory : .file
            case UInt8(ascii: "0"), UInt8(ascii: "7"): .file
            case UInt8(ascii: "1"): .hardLink
            case UInt8(ascii: "2"): .symbolicLink
            case UInt8(ascii: "5"): .directory
            default: .other(flag)
            }
    }
}
