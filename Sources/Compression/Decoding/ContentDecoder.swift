/// Unpacks data of one format, given in pieces, and knows how far into the data it is.
///
/// It is what ``Decompressor`` and ``PushDecompressor`` have in common, which differ in who holds the pieces.
struct ContentDecoder {
    /// What the data is compressed with.
    let format: CompressionFormat
    /// Whether the content is complete.
    private(set) var hasEnded = false
    private let decoder: any StreamDecoder
    /// How many compressed bytes have been decoded.
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

    /// Unpacks some of `input`, and takes what it has unpacked away from it.
    ///
    /// - Parameters:
    ///   - input: what was left of the last piece, followed by new input.
    ///   - isLast: whether nothing follows this input.
    ///   - output: room for at least one byte.
    /// - Returns: how many bytes were unpacked; 0 once the content is complete, or when more input is needed.
    /// - Throws: ``CompressionError``, also where more input is needed and there is none; the decoder cannot go on after that.
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
