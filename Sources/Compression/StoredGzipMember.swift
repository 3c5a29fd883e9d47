/// Where the bytes of a gzip member lie that is made of stored deflate blocks (RFC 1952; RFC 1951, section 3.2.4).
///
/// Nothing is compressed, so the length is known before the first byte, writers can work in parallel, and a reader can
/// seek. Every block but the last holds 65,535 bytes.
public struct StoredGzipMember: Sendable, Equatable {
    /// How many bytes the member unpacks to.
    public let contentLength: Int64

    /// A member for so many bytes; not negative.
    public init(contentLength: Int64) {
        precondition(contentLength >= 0, "a gzip member cannot hold less than nothing")
        self.contentLength = contentLength
    }

    /// The most that a stored block can hold.
    public static let blockCapacity = 65535
    /// The bytes in front of the first block: no name, no time, made on Unix, as gzip itself writes in a pipe.
    public static let header: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]
    /// The bytes in front of a block's content: whether it is the last, its length, and the length's complement.
    public static let blockHeaderLength = 5
    /// CRC-32 and length, four bytes each.
    public static let trailerLength = 8

    /// The bytes behind the last block.
    ///
    /// - Parameters:
    ///   - crc: the checksum of the content.
    ///   - length: the content's, in bytes.
    public static func trailer(crc: UInt32, length: Int64) -> [UInt8] {
        withUnsafeBytes(of: (crc.littleEndian, UInt32(truncatingIfNeeded: length).littleEndian), Array.init)
    }

    private var blockCount: Int64 {
        max(1, (contentLength + Int64(Self.blockCapacity) - 1) / Int64(Self.blockCapacity))
    }

    /// How many bytes the member takes in the file.
    public var length: Int64 {
        Int64(Self.header.count + Self.trailerLength) + contentLength + blockCount * Int64(Self.blockHeaderLength)
    }

    /// Where in the member the byte of the content at `position` lies.
    public func offset(ofContent position: Int64) -> Int64 {
        let blocks = position / Int64(Self.blockCapacity) + 1
        return Int64(Self.header.count) + blocks * Int64(Self.blockHeaderLength) + position
    }

    /// How many bytes of the member it takes to hold the first `position` bytes of the content, its end not among them.
    public func length(ofContentUpTo position: Int64) -> Int64 {
        let capacity = Int64(Self.blockCapacity)
        let blocks = (position + capacity - 1) / capacity
        return Int64(Self.header.count) + blocks * Int64(Self.blockHeaderLength) + position
    }

    /// How many bytes of the content the first `length` bytes of the member hold.
    public func content(inFirst length: Int64) -> Int64 {
        let block = Int64(Self.blockHeaderLength + Self.blockCapacity)
        let (blocks, rest) = max(0, length - Int64(Self.header.count)).quotientAndRemainder(dividingBy: block)
        let position = blocks * Int64(Self.blockCapacity) + max(0, rest - Int64(Self.blockHeaderLength))
        return min(position, contentLength)
    }

    /// The header of the block whose content begins at `position`.
    public func blockHeader(at position: Int64) -> [UInt8] {
        let length = min(contentLength - position, Int64(Self.blockCapacity))
        let isLast = position + length == contentLength
        let low = UInt8(length & 255)
        let high = UInt8(length >> 8)
        return [isLast ? 1 : 0, low, high, ~low, ~high]
    }
}
