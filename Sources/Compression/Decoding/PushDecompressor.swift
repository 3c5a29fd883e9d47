/// The content of compressed data that is pushed in as it arrives, piece by piece.
///
/// What ``Decompressor`` says of memory and of several members in a row holds here too.
public final class PushDecompressor {
    private let output: (UnsafeRawBufferPointer) throws -> Void
    private let buffer = Buffer(byteCount: 256 << 10)
    /// Made once the first bytes have told the format.
    private var decoder: ContentDecoder?
    /// What arrived and could not be decoded without more.
    private var pending: [UInt8] = []

    /// The data's first bytes will tell what it is compressed with.
    ///
    /// - Parameter output: takes the content in order.
    public init(output: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.output = output
    }

    /// Takes the next compressed bytes.
    ///
    /// - Throws: ``CompressionError``, or what the output throws; the decompressor cannot go on after that.
    public func append(_ bytes: UnsafeRawBufferPointer) throws {
        if decoder != nil, pending.isEmpty { return try decode(bytes, isLast: false) }
        pending += bytes
        guard decoder != nil || pending.count >= CompressionFormat.prefixLength else { return }
        try decodePending(isLast: false)
    }

    /// Ends the data.
    ///
    /// - Throws: ``CompressionError`` also if the data is cut short, or what the output throws.
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
        // Nothing that follows the content is of interest.
        if !decoder.hasEnded { pending = Array(input) }
    }
}
