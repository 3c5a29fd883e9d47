import CZstd

/// Decompresses zstd frames with libzstd, which skips skippable frames and verifies checksums.
final class ZstdDecoder: StreamDecoder {
    /// The binary logarithm of the largest window: 128 MiB, the limit of `zstd` without `--long`.
    static let windowLimit: Int32 = 27

    private let stream: OpaquePointer
    private var isBetweenFrames = false

    init() throws(CompressionError.Reason) {
        guard let stream = ZSTD_createDStream() else { throw .outOfMemory }
        self.stream = stream
        _ = try check(ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, Self.windowLimit))
    }

    deinit {
        ZSTD_freeDStream(stream)
    }

    func decode(
        _ input: inout UnsafeRawBufferPointer,
        isLast: Bool,
        into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError.Reason) -> DecodingStep {
        if input.isEmpty, isBetweenFrames { return isLast ? .ended : .produced(0) }
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let status = ZSTD_decompressStream(stream, &target, &source)
        input.removeFirst(bytes: source.pos)
        isBetweenFrames = try check(status) == 0
        return .produced(target.pos)
    }

    private func check(_ status: Int) throws(CompressionError.Reason) -> Int {
        guard ZSTD_isError(status) != 0 else { return status }
        switch ZSTD_getErrorCode(status) {
        case ZSTD_error_frameParameter_windowTooLarge: throw .memoryLimit
        case ZSTD_error_memory_allocation: throw .outOfMemory
        default: throw .corrupted(String(cString: ZSTD_getErrorName(status)))
        }
    }
}
