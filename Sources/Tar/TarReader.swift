import SystemIO

/// Reads an archive once, from its beginning to its end: header after header, and of each entry as much content as the caller
/// wants. Contents that nobody reads are skipped by the source, which costs nothing where it can seek.
///
/// The reader is itself the source of the current entry's content, so that a decompressor can stand on it.
public final class TarReader: ByteSource {
    /// An entry of the archive.
    public struct Entry: Equatable, Sendable {
        /// What the archive tells of the entry.
        public let header: TarHeader
        /// Where in the archive the content begins.
        package let dataOffset: Int64
    }

    private let source: any ByteSource
    private var parser: TarHeaderParser
    /// Where in the archive the source stands.
    private var position: Int64
    /// Where the content of the current entry ends.
    private var contentEnd: Int64
    private var hasEnded = false

    /// A reader of the archive that `source` gives.
    ///
    /// - Parameter offset: what the source's first byte has as its offset in messages and in ``Entry/dataOffset``.
    public init(_ source: any ByteSource, at offset: Int64 = 0) {
        self.source = source
        self.parser = TarHeaderParser(at: offset)
        self.position = offset
        self.contentEnd = offset
    }

    /// Goes on to the next entry, over what has not been read of the current one.
    ///
    /// - Returns: `nil` at the end of the archive.
    /// - Throws: ``TarError``, or what the source throws.
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
    /// - Returns: how many bytes were read, 0 at the end of the content.
    /// - Throws: ``TarError`` if the archive ends before the content does, or what the source throws.
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
    /// - Returns: how many bytes were skipped, fewer than `count` only at the end of the content.
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
