import CLibdeflate
import CZlib

/// The checksum of gzip (RFC 1952, section 8).
public enum CRC32 {
    /// The checksum of what `crc` is of, followed by `bytes`. The checksum of nothing is 0.
    public static func update(_ crc: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
        guard let base = bytes.baseAddress else { return crc }
        return libdeflate_crc32(crc, base, bytes.count)
    }

    /// The checksum of two stretches of bytes in a row, from that of each.
    ///
    /// - Parameter lengthOfSecond: in bytes.
    public static func combine(_ first: UInt32, _ second: UInt32, lengthOfSecond: Int64) -> UInt32 {
        UInt32(truncatingIfNeeded: crc32_combine(UInt(first), UInt(second), Int(lengthOfSecond)))
    }
}
