/// The parts of which a gzip member is put together that was not deflated in one go (RFC 1951, section 3.2).
///
/// A segment is deflate data without an end that begins and ends on a byte boundary and refers to nothing before it. So
/// segments may be made in any order, moved, and put in a row: ``memberHeader``, segments, ``end``, and the trailer of the
/// ``GzipChecksum`` of all content are a gzip member.
public enum DeflateSegment {
    /// The bytes in front of the first segment.
    public static let memberHeader = StoredGzipMember.header
    /// The bytes behind the last segment: the last block of the member, without content.
    public static let end: [UInt8] = [3, 0]

    /// A segment of a stored block: it is as long as its content asks for, whatever that is.
    ///
    /// - Parameter content: at most ``StoredGzipMember/blockCapacity`` bytes.
    public static func stored(_ content: [UInt8]) -> [UInt8] {
        precondition(content.count <= StoredGzipMember.blockCapacity, "a stored block cannot hold as much")
        let low = UInt8(content.count & 255)
        let high = UInt8(content.count >> 8)
        return [0, low, high, ~low, ~high] + content
    }

    /// A segment of exactly `count` bytes without content.
    ///
    /// - Returns: `nil` where there is none of that length, which is so for some lengths below 20.
    public static func filler(_ count: Int) -> [UInt8]? {
        // Empty stored blocks have 5 bytes; with an empty block of fixed codes in front of it such a block has 6.
        let sixes = count % 5
        guard count >= sixes * 6 else { return nil }
        let fives = (count - sixes * 6) / 5
        return repeatElement([0, 0, 0, 255, 255], count: fives).flatMap { $0 }
            + repeatElement([2, 0, 0, 0, 255, 255], count: sixes).flatMap { $0 }
    }
}

/// Deflates content at hand into segments, one after the other, on the caller's thread.
public final class SegmentDeflater {
    private let deflater: any BlockDeflater
    private let block: GzipBlock

    /// - Parameter level: 1 (fast) to 9 (small).
    /// - Throws: ``CompressionError`` if there is no memory.
    public init(level: Int) throws {
        let framing = ParallelGzip.Framing.segment
        deflater = try framing.deflater(level: level)
        block = GzipBlock(capacity: framing.blockSize, outputCapacity: deflater.outputCapacity)
    }

    /// The segment of `content`; it depends on the content and the level alone.
    public func segment(of content: [UInt8]) throws -> [UInt8] {
        var segment: [UInt8] = []
        try content.withUnsafeBytes { bytes in
            var rest = bytes
            while !rest.isEmpty {
                block.begin(after: nil)
                let count = min(rest.count, block.room)
                block.append(UnsafeRawBufferPointer(rebasing: rest[..<count]))
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                do throws(CompressionError.Reason) {
                    try deflater.deflate(block)
                } catch {
                    throw CompressionError(reason: error, format: .gzip, offset: Int64(bytes.count - rest.count))
                }
                segment += block.deflated
            }
        }
        return segment
    }
}
