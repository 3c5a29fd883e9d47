import CLibdeflate
import CZlib

/// The CRC-32 and length of content, the trailer of a gzip member (RFC 1952, section 2.3.1).
package struct GzipChecksum: Sendable, Equatable {
    /// The CRC-32 of the content (RFC 1952, section 8); 0 for none.
    package private(set) var crc: UInt32 = 0
    /// The number of bytes of the content.
    package private(set) var length: Int64 = 0

    /// The checksum of no content.
    package init() {}

    /// The checksum of `bytes`.
    package init(of bytes: UnsafeRawBufferPointer) {
        update(bytes)
    }

    /// The checksum in a member's last eight bytes, for content of less than 4 GiB.
    init(trailer: some Sequence<UInt8>) {
        let number = trailer.reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        crc = UInt32(truncatingIfNeeded: number)
        length = Int64(number >> 32)
    }

    /// Adds the bytes that follow.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        crc = libdeflate_crc32(crc, base, bytes.count)
        length += Int64(bytes.count)
    }

    /// Adds the checksum of the content that follows.
    package mutating func append(_ next: GzipChecksum) {
        crc = UInt32(truncatingIfNeeded: crc32_combine(UInt(crc), UInt(next.crc), Int(next.length)))
        length += next.length
    }

    /// The last eight bytes of a member with this content: the CRC, and the length modulo 2³².
    package var trailer: [UInt8] {
        withUnsafeBytes(of: (crc.littleEndian, UInt32(truncatingIfNeeded: length).littleEndian), Array.init)
    }
}
