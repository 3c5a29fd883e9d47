/// What one call of a decoder led to.
enum DecodingStep {
    /// So many bytes were unpacked; if none were and no input was taken, more input is needed.
    case produced(Int)
    /// The content is complete. What is left of the input is either nothing or not compressed data, and then garbage.
    case ended(garbage: Bool)
}

/// The C library of one format, fed with pieces of input. Its state has one owner and one address, and goes with the owner.
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

/// Hands on what is not compressed.
private final class PlainDecoder: StreamDecoder {
    func decode(
        _ input: inout UnsafeRawBufferPointer,
        isLast: Bool,
        into output: UnsafeMutableRawBufferPointer
    ) -> DecodingStep {
        if isLast, input.isEmpty { return .ended(garbage: false) }
        let count = min(input.count, output.count)
        output.copyBytes(from: input[..<count])
        input.removeFirst(bytes: count)
        return .produced(count)
    }
}

extension UnsafeRawBufferPointer {
    /// Leaves the first `count` bytes out.
    mutating func removeFirst(bytes count: Int) {
        self = UnsafeRawBufferPointer(rebasing: self[count...])
    }

    /// The bytes as C libraries want them that have no `const`; they do not write.
    var mutableBytes: UnsafeMutablePointer<UInt8>? {
        UnsafeMutablePointer(mutating: baseAddress?.assumingMemoryBound(to: UInt8.self))
    }
}

extension UnsafeMutableRawBufferPointer {
    /// The bytes as C libraries want them.
    var bytes: UnsafeMutablePointer<UInt8>? { baseAddress?.assumingMemoryBound(to: UInt8.self) }
}

extension Int {
    /// A count of bytes for C libraries that count in 32 bits; what is above waits for the next call.
    var asUInt32: UInt32 { UInt32(Swift.min(self, 1 << 30)) }
}
