/// The result of one call of a decoder.
enum DecodingStep {
    /// The number of bytes in the output; more input is needed if it is 0 and no input was consumed.
    case produced(Int)
    /// The content is complete. The rest of the input is ignored, as by `gzip` and `bzip2`.
    case ended
}

/// A decoder of one format, based on its C library.
protocol StreamDecoder: AnyObject {
    /// Decompresses some of `input`, and removes the decoded bytes from it.
    ///
    /// - Parameters:
    ///   - input: the rest of the last input, followed by new input.
    ///   - isLast: whether no input follows.
    ///   - output: a buffer of at least one byte.
    func decode(
        _ input: inout UnsafeRawBufferPointer,
        isLast: Bool,
        into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError.Reason) -> DecodingStep
}

extension CompressionFormat {
    /// Makes a decoder for this format.
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
