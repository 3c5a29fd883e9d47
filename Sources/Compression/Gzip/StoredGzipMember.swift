/// A block of deflate data that is not compressed (RFC 1951, section 3.2.4).
package enum StoredBlock {
    /// The most bytes that a block can hold.
    package static let capacity = 65535
    /// The number of bytes before a block's content if the block begins on a byte boundary.
    static let headerLength = 5

    /// The bytes before `length` bytes of content: whether the block is the last, the length, and its complement.
    static func header(length: Int, isLast: Bool) -> [UInt8] {
        let low = UInt8(length & 255)
        let high = UInt8(length >> 8)
        return [isLast ? 1 : 0, low, high, ~low, ~high]
    }
}

/// The layout of a gzip member of stored blocks (RFC 1952).
///
/// Because nothing is compressed, the length is known in advance, blobs can be written in parallel, and a reader can seek. Every
/// block but the last holds 65,535 bytes.
package struct StoredGzipMember: Sendable, Equatable {
    /// The number of bytes of content.
    package let contentLength: Int64

    /// - Parameter contentLength: in bytes, not negative.
    package init(contentLength: Int64) {
        precondition(contentLength >= 0, "the length of content is not negative")
        self.contentLength = contentLength
    }

    /// The bytes before the first block: no name, no time, Unix, as gzip writes in a pipe.
    package static let header: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]
    /// The number of bytes of the trailer (``GzipChecksum/trailer``).
    static let trailerLength = 8

    private var blockCount: Int64 {
        max(1, (contentLength + Int64(StoredBlock.capacity) - 1) / Int64(StoredBlock.capacity))
    }

    /// The number of bytes of the member in the file.
    package var length: Int64 {
        Int64(Self.header.count + Self.trailerLength) + contentLength + blockCount * Int64(StoredBlock.headerLength)
    }

    /// The offset in the member of the content's byte at `position`.
    package func offset(ofContent position: Int64) -> Int64 {
        let blocks = position / Int64(StoredBlock.capacity) + 1
        return Int64(Self.header.count) + blocks * Int64(StoredBlock.headerLength) + position
    }

    /// The number of bytes of the member that hold the first `position` bytes of the content, without the member's end.
    package func length(ofContentUpTo position: Int64) -> Int64 {
        let blocks = (position + Int64(StoredBlock.capacity) - 1) / Int64(StoredBlock.capacity)
        return Int64(Self.header.count) + blocks * Int64(StoredBlock.headerLength) + position
    }

    /// The number of bytes of the content in the first `length` bytes of the member.
    package func content(inFirst length: Int64) -> Int64 {
        let block = Int64(StoredBlock.headerLength + StoredBlock.capacity)
        let (blocks, rest) = max(0, length - Int64(Self.header.count)).quotientAndRemainder(dividingBy: block)
        let position = blocks * Int64(StoredBlock.capacity) + max(0, rest - Int64(StoredBlock.headerLength))
        return min(position, contentLength)
    }

    /// The header of the block whose content begins at `position`.
    package func blockHeader(at position: Int64) -> [UInt8] {
        let length = min(contentLength - position, Int64(StoredBlock.capacity))
        return StoredBlock.header(length: Int(length), isLast: position + length == contentLength)
    }
}
