import ByteIO

/// The content of compressed data, pulled from a source of it.
///
/// Memory does not grow with the data: 256 KiB of input and what the format needs, at most the limits that `xz` and `zstd`
/// have for themselves. Several gzip members, bzip2 or xz streams or zstd frames in a row are one content.
public final class Decompressor: ByteSource {
    /// What the data is compressed with.
    public let format: CompressionFormat
    /// Whether something that is not compressed data followed it and was ignored, as `gzip` and `bzip2` do; known at the end.
    public private(set) var hasTrailingGarbage = false

    private let source: any ByteSource
    private let decoder: any StreamDecoder
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    /// The part of the buffer that has been read and not decoded.
    private var pending = 0..<0
    private var sourceHasEnded = false
    private var hasEnded = false
    /// How many compressed bytes have been decoded.
    private var position: Int64 = 0

    /// A decompressor of what `source` gives from here on.
    ///
    /// - Parameter format: what the data is compressed with; if `nil`, its first bytes tell.
    /// - Throws: what the source throws, or ``CompressionError`` if there is no memory.
    public init(_ source: any ByteSource, format: CompressionFormat? = nil) throws {
        self.source = source
        let count = try source.readFully(
            into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<CompressionFormat.prefixLength])
        )
        pending = 0..<count
        self.format = format ?? .detect(buffer[..<count])
        do throws(CompressionError.Reason) {
            decoder = try self.format.makeDecoder()
        } catch {
            throw CompressionError(reason: error, format: self.format, offset: 0)
        }
    }

    deinit {
        buffer.deallocate()
    }

    /// Unpacks the next bytes.
    ///
    /// - Returns: how many bytes were unpacked, 0 at the end.
    /// - Throws: ``CompressionError``, or what the source throws; the decompressor cannot go on after that.
    public func read(into output: UnsafeMutableRawBufferPointer) throws -> Int {
        guard !output.isEmpty else { return 0 }
        while !hasEnded {
            let before = pending
            switch try decode(into: output) {
            case .produced(let count):
                if count > 0 { return count }
                if pending == before { try refill() }
            case .ended(let garbage):
                hasEnded = true
                hasTrailingGarbage = garbage
            }
        }
        return 0
    }

    /// Passes over bytes of the content; data that is not compressed is skipped by its source.
    public func skip(_ count: Int64) throws -> Int64 {
        guard format == .none, count > 0 else { return try skipByReading(count) }
        let buffered = min(count, Int64(pending.count))
        pending = pending.dropFirst(Int(buffered))
        return buffered + (try source.skip(count - buffered))
    }

    private func decode(into output: UnsafeMutableRawBufferPointer) throws -> DecodingStep {
        var input = UnsafeRawBufferPointer(rebasing: buffer[pending])
        do throws(CompressionError.Reason) {
            let step = try decoder.decode(&input, isLast: sourceHasEnded, into: output)
            position += Int64(pending.count - input.count)
            pending = pending.upperBound - input.count..<pending.upperBound
            return step
        } catch {
            throw CompressionError(reason: error, format: format, offset: position + Int64(pending.count - input.count))
        }
    }

    /// Reads more input behind what is pending. A decoder that needs more when there is no more has been cut short.
    private func refill() throws {
        guard !sourceHasEnded else {
            throw CompressionError(reason: .truncated, format: format, offset: position + Int64(pending.count))
        }
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[pending]))
        pending = 0..<pending.count
        let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[pending.upperBound...]))
        pending = 0..<pending.count + count
        sourceHasEnded = count == 0
    }
}
