/// The compression formats that `docker load` reads, detected from the first bytes.
public enum CompressionFormat: String, Equatable, Sendable {
    /// Not compressed, or compressed in an unknown format.
    case none
    /// RFC 1952.
    case gzip
    /// The format of the `bzip2` program, which has no other description.
    case bzip2
    /// The .xz file format 1.1.0.
    case xz
    /// RFC 8878.
    case zstd

    /// The number of bytes that identify every format; moby's `DetectCompression` reads as many.
    package static let prefixLength = 10

    /// Returns the format whose magic number `prefix` begins with, as moby's `DetectCompression` does.
    ///
    /// - Parameter prefix: the first ``prefixLength`` bytes, or all there are if they are fewer.
    public static func detect(_ prefix: some Collection<UInt8>) -> CompressionFormat {
        for (magic, format) in magics where prefix.starts(with: magic) { return format }
        // A zstd file may begin with a skippable frame, of which there are sixteen (RFC 8878, section 3.1.2).
        if let first = prefix.first, first & 0xF0 == 0x50, prefix.dropFirst().starts(with: [0x2A, 0x4D, 0x18]) {
            return .zstd
        }
        return .none
    }

    private static let magics: [([UInt8], CompressionFormat)] = [
        ([0x1F, 0x8B, 0x08], .gzip),
        ([0x42, 0x5A, 0x68], .bzip2),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], .xz),
        ([0x28, 0xB5, 0x2F, 0xFD], .zstd),
    ]
}
