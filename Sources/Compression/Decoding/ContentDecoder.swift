/// Decompresses data of one format in pieces and keeps its offset, for ``Decompressor`` and ``PushDecompressor``.
struct ContentDecoder {
    let format: CompressionFormat
    /// Whether the content is complete.
    private(set) var hasEnded = false
    private let decoder: any StreamDecoder
    /// The number of compressed bytes that have been decoded.
    private var position: Int64 = 0

    /// - Throws: ``CompressionError`` if there is no memory.
    init(_ format: CompressionFormat) throws(CompressionError) {
        self.format = format
        do throws(CompressionError.Reason) {
            decoder = try format.makeDecoder()
        } catch {
            throw CompressionError(reason: error, format: format, offset: 0)
        }
    }

    /// Decompresses some of `input`, and removes the decoded bytes from it.
    ///
    /// - Parameters:
    ///   - input: the rest of the last input, followed by new input.
    ///   - isLast: whether no input follows.
    ///   - output: a buffer of at least one byte.
    /// - Returns: the number of bytes in `output`; 0 if the content is complete or more input is needed.
    /// - Throws: ``CompressionError``, also if the input is truncated; the decoder cannot be used after that.
    mutating func decode(
        _ input: inout UnsafeRawBufferPointer,
        isLast: Bool,
        into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError) -> Int {
        while !hasEnded {
            let before = input.count
            let step: DecodingStep
            do throws(CompressionError.Reason) {
                step = try decoder.decode(&input, isLast: isLast, into: output)
            } catch {
                throw fault(error, at: before - input.count)
            }
            position += Int64(before - input.count)
            switch step {
            case .produced(let count):
                if count > 0 { return count }
                guard input.count == before else { continue }
                if isLast { throw fault(.truncated, at: input.count) }
                return 0
            case .ended:
                hasEnded = true
            }
        }
        return 0
    }

    private func fault(_ reason: CompressionError.Reason, at distance: Int) -> CompressionError {
        CompressionError(reason: reason, format: format, offset: position + Int64(distance))
    }
}
