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

    init(crc: UInt32, length: Int) {
        self.crc = crc
        self.length = Int64(length)
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
