/// The parts of a gzip member that is composed of separately deflated segments (RFC 1951, section 3.2).
///
/// A segment is deflate data without a last block. It begins and ends on a byte boundary and refers to nothing before it, so
/// segments may be made in any order, moved, and put in a row. ``memberHeader``, segments, ``end``, and the trailer of the
/// ``GzipChecksum`` of all content are a gzip member.
package enum DeflateSegment {
    /// The bytes before the first segment.
    package static let memberHeader = StoredGzipMember.header
    /// The bytes after the last segment: the last block of the member, without content.
    package static let end: [UInt8] = [3, 0]

    /// Returns a segment of one stored block, five bytes longer than its content.
    ///
    /// - Parameter content: at most 65,535 bytes.
    package static func stored(_ content: [UInt8]) -> [UInt8] {
        precondition(content.count <= StoredBlock.capacity, "a stored block cannot hold as much")
        return StoredBlock.header(length: content.count, isLast: false) + content
    }

    /// Returns a segment of exactly `count` bytes without content, or `nil` for some counts below 20.
    package static func filler(_ count: Int) -> [UInt8]? {
        // Empty stored blocks have 5 bytes; after an empty block of fixed codes such a block has 6.
        let sixes = count % 5
        guard count >= sixes * 6 else { return nil }
        let fives = (count - sixes * 6) / 5
        let empty = StoredBlock.header(length: 0, isLast: false)
        return repeatElement(empty, count: fives).flatMap { $0 }
            + repeatElement([2] + empty, count: sixes).flatMap { $0 }
    }
}

/// Deflates content into segments on the caller's thread.
package final class SegmentDeflater {
    private let deflater: any BlockDeflater
    private let block: GzipBlock

    /// - Parameter level: 1 (fast) to 9 (small).
    /// - Throws: ``CompressionError`` if there is no memory.
    package init(level: Int) throws {
        let framing = ParallelGzip.Framing.segment
        deflater = try framing.deflater(level: level)
        block = GzipBlock(capacity: framing.blockSize, outputCapacity: deflater.outputCapacity)
    }

    /// Returns the segment of `content`, which depends only on the content and the level.
    package func segment(of content: [UInt8]) throws -> [UInt8] {
        var segment: [UInt8] = []
        try content.withUnsafeBytes { bytes in
            var rest = bytes
            while !rest.isEmpty {
                block.begin(after: nil)
                let count = min(rest.count, block.available)
                block.append(UnsafeRawBufferPointer(rebasing: rest[..<count]))
                rest.removeFirst(bytes: count)
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
