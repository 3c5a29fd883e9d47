/// Decompresses data in pieces as they arrive, with the memory bounds and the concatenation of ``Decompressor``.
public final class PushDecompressor {
    private let output: (UnsafeRawBufferPointer) throws -> Void
    private let buffer = Buffer(byteCount: 256 << 10)
    /// The decoder, once the first bytes have identified the format.
    private var decoder: ContentDecoder?
    /// Bytes that cannot be decoded without more input.
    private var pending: [UInt8] = []

    /// - Parameter output: is called with the content in order.
    public init(output: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.output = output
    }

    /// Decompresses the next bytes.
    ///
    /// - Throws: ``CompressionError``, or the output's error; the decompressor cannot be used after that.
    public func append(_ bytes: UnsafeRawBufferPointer) throws {
        if decoder != nil, pending.isEmpty { return try decode(bytes, isLast: false) }
        pending += bytes
        guard decoder != nil || pending.count >= CompressionFormat.prefixLength else { return }
        try decodePending(isLast: false)
    }

    /// Ends the data.
    ///
    /// - Throws: ``CompressionError``, also if the data is truncated, or the output's error.
    public func finish() throws {
        try decodePending(isLast: true)
    }

    private func decodePending(isLast: Bool) throws {
        let bytes = pending
        pending = []
        try bytes.withUnsafeBytes { try decode($0, isLast: isLast) }
    }

    private func decode(_ bytes: UnsafeRawBufferPointer, isLast: Bool) throws {
        var decoder = try decoder ?? ContentDecoder(.detect(bytes))
        defer { self.decoder = decoder }
        var input = bytes
        while case let count = try decoder.decode(&input, isLast: isLast, into: buffer.bytes), count > 0 {
            try output(UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count]))
        }
        // Data after the content is ignored.
        if !decoder.hasEnded { pending = Array(input) }
    }
}
