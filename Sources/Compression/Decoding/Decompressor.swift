import SystemIO

/// The content of compressed data, pulled from a source of it.
///
/// Memory does not grow with the data: 256 KiB of input and what the format needs, at most the limits that `xz` and `zstd`
/// have for themselves. Several gzip members, bzip2 or xz streams or zstd frames in a row are one content.
public final class Decompressor: ByteSource {
    private let source: any ByteSource
    private var decoder: ContentDecoder
    private let buffer = Buffer(byteCount: 256 << 10)
    /// The part of the buffer that has been read and not decoded.
    private var pending: Range<Int>
    private var sourceHasEnded = false

    /// - Parameters:
    ///   - source: gives the compressed data from here on.
    ///   - format: what the data is compressed with; if `nil`, its first bytes tell.
    /// - Throws: what the source throws, or ``CompressionError`` if there is no memory.
    public init(_ source: any ByteSource, format: CompressionFormat? = nil) throws {
        self.source = source
        let prefix = UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[..<CompressionFormat.prefixLength])
        let count = try source.readFully(into: prefix)
        pending = 0..<count
        decoder = try ContentDecoder(format ?? .detect(prefix[..<count]))
    }

    /// What the data is compressed with.
    package var format: CompressionFormat { decoder.format }

    /// Unpacks the next bytes.
    ///
    /// - Returns: how many bytes were unpacked, 0 at the end.
    /// - Throws: ``CompressionError``, or what the source throws; the decompressor cannot go on after that.
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

    /// Passes over bytes of the content; data that is not compressed is skipped by its source.
    public func skip(_ count: Int64) throws -> Int64 {
        guard format == .none, count > 0 else { return try skipByReading(count) }
        let buffered = min(count, Int64(pending.count))
        pending = pending.dropFirst(Int(buffered))
        return buffered + (try source.skip(count - buffered))
    }

    /// Reads more input behind what is pending.
    private func refill() throws {
        buffer.bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer.bytes[pending]))
        pending = 0..<pending.count
        let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer.bytes[pending.upperBound...]))
        pending = 0..<pending.count + count
        sourceHasEnded = count == 0
    }
}
