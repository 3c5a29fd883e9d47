/// CRC-32 and length of content, as they stand at the end of a gzip member (RFC 1952, section 2.3.1).
public struct GzipChecksum: Sendable, Equatable {
    /// The checksum of the content; 0 for none.
    public private(set) var crc: UInt32 = 0
    /// How many bytes the content has.
    public private(set) var length: Int64 = 0

    /// The checksum of nothing.
    public init() {}

    /// The checksum of bytes at hand.
    public init(of bytes: UnsafeRawBufferPointer) {
        crc = CRC32.update(0, bytes)
        length = Int64(bytes.count)
    }

    /// The checksum that stands at the end of a member whose content has less than 4 GiB.
    init(trailer: some Sequence<UInt8>) {
        let number = trailer.reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        crc = UInt32(truncatingIfNeeded: number)
        length = Int64(number >> 32)
    }

    /// Adds the content that follows.
    public mutating func append(_ next: GzipChecksum) {
        crc = CRC32.combine(crc, next.crc, lengthOfSecond: next.length)
        length += next.length
    }

    /// The last eight bytes of a member with this content.
    public var trailer: [UInt8] {
        withUnsafeBytes(of: (crc.littleEndian, UInt32(truncatingIfNeeded: length).littleEndian), Array.init)
    }
}
