/// The result of one call of a decoder.
enum DecodingStep {
    /// So many bytes were unpacked; if none were and no input was taken, more input is needed.
    case produced(Int)
    /// The content is complete. What is left of the input is not compressed data, and ignored, as `gzip` and `bzip2` do.
    case ended
}

/// The decoder of one format by its C library, which is given the data in pieces.
protocol StreamDecoder: AnyObject {
    /// Unpacks some of `input`, and takes what it has unpacked away from it.
    ///
    /// - Parameters:
    ///   - input: what was left of the last piece, followed by new input.
    ///   - isLast: whether nothing follows this input.
    ///   - output: room for at least one byte.
    func decode(
        _ input: inout UnsafeRawBufferPointer,
        isLast: Bool,
        into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError.Reason) -> DecodingStep
}

extension CompressionFormat {
    /// A new decoder for this format.
    func makeDecoder() throws(CompressionError.Reason) -> any StreamDecoder {
        switch self {
        case .none: PlainDecoder()
        case .gzip: try GzipDecoder()
        case .bzip2: try BZip2Decoder()
        case .xz: try XZDecoder()
        case .zstd: try ZstdDecoder()
        }
    }
}

/// The decoder of ``CompressionFormat/none``: its output is its input.
private final class PlainDecoder: StreamDecoder {
    func decode(
        _ input: inout UnsafeRawBufferPointer,
        isLast: Bool,
        into output: UnsafeMutableRawBufferPointer
    ) -> DecodingStep {
        if isLast, input.isEmpty { return .ended }
        let count = min(input.count, output.count)
        output.copyBytes(from: input[..<count])
        input.removeFirst(bytes: count)
        return .produced(count)
    }
}
