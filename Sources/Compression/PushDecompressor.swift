/// The content of compressed data that is pushed in as it arrives, piece by piece.
///
/// What ``Decompressor`` says of memory and of several members in a row holds here too.
public final class PushDecompressor {
    private let output: (UnsafeRawBufferPointer) throws -> Void
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    private var format = CompressionFormat.none
    /// Made once the first bytes have told the format.
    private var decoder: (any StreamDecoder)?
    /// What arrived and could not be decoded without more.
    private var pending: [UInt8] = []
    private var hasEnded = false
    /// How many compressed bytes have been decoded.
    private var position: Int64 = 0

    /// A decompressor of data whose first bytes will tell what it is compressed with.
    ///
    /// - Parameter output: takes the content in order.
    public init(output: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.output = output
    }

    deinit {
        buffer.deallocate()
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
        guard hasEnded else { throw CompressionError(reason: .truncated, format: format, offset: position) }
    }

    private func decodePending(isLast: Bool) throws {
        let bytes = pending
        pending = []
        try bytes.withUnsafeBytes { try decode($0, isLast: isLast) }
    }

    private func decode(_ bytes: UnsafeRawBufferPointer, isLast: Bool) throws {
        let decoder = try decoder ?? makeDecoder(for: bytes)
        var input = bytes
        while !hasEnded {
            let before = input.count
            let step: DecodingStep
            do throws(CompressionError.Reason) {
                step = try decoder.decode(&input, isLast: isLast, into: buffer)
            } catch {
                throw CompressionError(reason: error, format: format, offset: position)
            }
            position += Int64(before - input.count)
            switch step {
            case .produced(let count):
                if count > 0 {
                    try output(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                } else if input.count == before {
                    pending = Array(input)
                    return
                }
            case .ended: hasEnded = true
            }
        }
    }

    private func makeDecoder(for prefix: UnsafeRawBufferPointer) throws -> any StreamDecoder {
        format = .detect(prefix)
        do throws(CompressionError.Reason) {
            let decoder = try format.makeDecoder()
            self.decoder = decoder
            return decoder
        } catch {
            throw CompressionError(reason: error, format: format, offset: 0)
        }
    }
}
