/// An error in a tar archive, with its offset.
public struct TarError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        /// The block's checksum is not that of its bytes: it is damaged, or no header at all.
        case checksum
        /// A field holds no number, or one that does not fit; the field is named.
        case number(field: String)
        /// The entry has a negative size.
        case negativeSize
        /// The entry would end beyond the largest 64-bit offset.
        case sizeOverflow
        /// An extended header (PAX `x` and `g`, GNU `L` and `K`) is larger than ``TarHeaderParser/extensionLimit``.
        case oversizedExtension(size: Int64)
        /// An extended header does not consist of POSIX records.
        case malformedRecords
        /// A single block of zeros is followed by another block.
        case loneZeroBlock
        /// The archive ends in the middle of an entry.
        case truncated
        /// The entry is a sparse file, which only GNU tar and Go can restore.
        case sparse(name: String)
    }

    package let reason: Reason
    /// The offset in the archive of the block, or of the archive's end if the archive is truncated.
    package let offset: Int64

    package init(_ reason: Reason, at offset: Int64) {
        self.reason = reason
        self.offset = offset
    }

    /// One sentence with the problem and the offset.
    public var description: String {
        switch reason {
        case .checksum:
            "invalid tar header at byte \(offset): its checksum is wrong"
        case .number(let field):
            "invalid tar header at byte \(offset): its \(field) is not a number that fits"
        case .negativeSize:
            "invalid tar header at byte \(offset): its size is negative"
        case .sizeOverflow:
            "invalid tar header at byte \(offset): its size is beyond all limits"
        case .oversizedExtension(let size):
            "invalid tar header at byte \(offset): an extended header of \(size) bytes is too large"
        case .malformedRecords:
            "invalid tar header at byte \(offset): the extended header is malformed"
        case .loneZeroBlock:
            "invalid tar header at byte \(offset): a single block of zeros stands between entries"
        case .truncated:
            "the tar archive is cut short: it ends at byte \(offset), in the middle of an entry"
        case .sparse(let name):
            "the tar archive holds \(name) as a sparse file, at byte \(offset); pack it again without --sparse"
        }
    }
}

/// An error in an entry that no tar header can describe.
public struct TarEncodingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The entry's name.
    package let name: String
    /// The field of the header that no format can hold.
    package let field: String

    /// One sentence with the entry and the field.
    public var description: String {
        "no tar header can hold the \(field) of \(name)"
    }
}
