import SystemIO

/// Reads an archive once, from the beginning to the end: each header, and as much of each entry's content as the caller reads.
/// The source skips the rest, without reading if it can seek.
///
/// The reader is the source of the current entry's content, so a decompressor can read from it.
public final class TarReader: ByteSource {
    /// An entry of the archive.
    public struct Entry: Equatable, Sendable {
        /// The header of the entry.
        public let header: TarHeader
        /// The offset of the content in the archive.
        package let dataOffset: Int64
    }

    private let source: any ByteSource
    private var parser: TarHeaderParser
    /// The offset of the source in the archive.
    private var position: Int64
    /// The offset in the archive at which the current entry's content ends.
    private var contentEnd: Int64
    private var hasEnded = false

    /// - Parameter offset: the offset of the source's first byte, for messages and ``Entry/dataOffset``.
    public init(_ source: any ByteSource, at offset: Int64 = 0) {
        self.source = source
        self.parser = TarHeaderParser(at: offset)
        self.position = offset
        self.contentEnd = offset
    }

    /// Returns the next entry, after skipping the rest of the current one.
    ///
    /// - Returns: `nil` at the end of the archive.
    /// - Throws: ``TarError``, or the source's error.
    public func next() throws -> Entry? {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: TarHeader.blockSize, alignment: 16)
        defer { block.deallocate() }
        while !hasEnded {
            try pass(to: parser.offset)
            let count = try source.readFully(into: block)
            position += Int64(count)
            if count == 0, parser.mayEnd { break }
            switch try parser.consume(UnsafeRawBufferPointer(rebasing: block[..<count])) {
            case .incomplete:
                continue
            case .entry(let header, let dataOffset):
                contentEnd = dataOffset + header.contentSize
                return Entry(header: header, dataOffset: dataOffset)
            case .end:
                hasEnded = true
            }
        }
        hasEnded = true
        return nil
    }

    /// Reads the current entry's content.
    ///
    /// - Returns: the number of bytes that were read, 0 at the end of the content.
    /// - Throws: ``TarError`` if the archive is truncated, or the source's error.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let wanted = Int(min(Int64(buffer.count), max(0, contentEnd - position)))
        guard wanted > 0 else { return 0 }
        let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
        guard count > 0 else { throw TarError(.truncated, at: position) }
        position += Int64(count)
        return count
    }

    /// Skips some of the current entry's content.
    ///
    /// - Returns: the number of bytes that were skipped, fewer than `count` only at the end of the content.
    public func skip(_ count: Int64) throws -> Int64 {
        let skipped = max(0, min(count, contentEnd - position))
        try pass(to: position + skipped)
        return skipped
    }

    private func pass(to target: Int64) throws {
        guard target > position else { return }
        position += try source.skip(target - position)
        guard position == target else { throw TarError(.truncated, at: position) }
    }
}
