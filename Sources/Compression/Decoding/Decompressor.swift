import SystemIO

/// A source of the content of compressed data, which is read from another source.
///
/// Memory is bounded: 256 KiB of input and the decoder's, at most the default limits of the `xz` and `zstd` programs. Several
/// gzip members, bzip2 or xz streams or zstd frames in a row are one content.
public final class Decompressor: ByteSource {
    private let source: any ByteSource
    private var decoder: ContentDecoder
    private let buffer = Buffer(byteCount: 256 << 10)
    /// The part of the buffer that is read but not decoded.
    private var pending: Range<Int>
    private var sourceHasEnded = false

    /// - Parameters:
    ///   - source: the source of the compressed data.
    ///   - format: the format of the data; if `nil`, it is detected.
    /// - Throws: the source's error, or ``CompressionError`` if there is no memory.
    public init(_ source: any ByteSource, format: CompressionFormat? = nil) throws {
        self.source = source
        let prefix = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<CompressionFormat.prefixLength])
        let count = try source.readFully(into: prefix)
        pending = 0..<count
        decoder = try ContentDecoder(format ?? .detect(prefix[..<count]))
    }

    package var format: CompressionFormat { decoder.format }

    /// Decompresses the next bytes.
    ///
    /// - Returns: the number of bytes in `output`, 0 at the end.
    /// - Throws: ``CompressionError``, or the source's error; the decompressor cannot be used after that.
    public func read(into output: UnsafeMutableRawBufferPointer) throws -> Int {
        guard !output.isEmpty else { return 0 }
        while true {
            var input = UnsafeRawBufferPointer(rebasing: buffer.bytes[pending])
            let count = try decoder.decode(&input, isLast: sourceHasEnded, into: output)
            pending = pending.upperBound - input.count..<pending.upperBound
            if count > 0 || decoder.hasEnded { return count }
            try refill()
        }
    }

    /// Skips bytes of the content; the source skips data that is not compressed.
    public func skip(_ count: Int64) throws -> Int64 {
        guard format == .none, count > 0 else { return try skipByReading(count) }
        let buffered = min(count, Int64(pending.count))
        pending = pending.dropFirst(Int(buffered))
        return buffered + (try source.skip(count - buffered))
    }

    /// Reads more input after the pending bytes.
    private func refill() throws {
        buffer.bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer.bytes[pending]))
        pending = 0..<pending.count
        let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[pending.upperBound...]))
        pending = 0..<pending.count + count
        sourceHasEnded = count == 0
    }
}
