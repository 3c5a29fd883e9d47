import CLZMA

/// Decompresses xz streams and the padding between them with liblzma, which verifies their checksums.
final class XZDecoder: StreamDecoder {
    /// The most memory that decompression may use, in bytes. Data of `xz -9` needs 65 MiB.
    static let memoryLimit: UInt64 = 512 << 20

    private let stream = LibraryState(lzma_stream()) { lzma_end($0) }

    init() throws(CompressionError.Reason) {
        try check(lzma_stream_decoder(stream.pointer, Self.memoryLimit, CLZMA_CONCATENATED))
    }

    func decode(
        _ input: inout UnsafeRawBufferPointer,
        isLast: Bool,
        into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError.Reason) -> DecodingStep {
        stream.pointer.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointer.pointee.avail_in = input.count
        stream.pointer.pointee.next_out = output.bytes
        stream.pointer.pointee.avail_out = output.count
        let status = lzma_code(stream.pointer, isLast ? LZMA_FINISH : LZMA_RUN)
        input.removeFirst(bytes: input.count - stream.pointer.pointee.avail_in)
        let produced = output.count - stream.pointer.pointee.avail_out
        if status == LZMA_STREAM_END, produced == 0 { return .ended }
        if status != LZMA_STREAM_END, status != LZMA_BUF_ERROR { try check(status) }
        return .produced(produced)
    }

    private func check(_ status: lzma_ret) throws(CompressionError.Reason) {
        switch status {
        case LZMA_OK: return
        case LZMA_DATA_ERROR: throw .corrupted("incorrect data")
        case LZMA_FORMAT_ERROR: throw .corrupted("incorrect header")
        case LZMA_OPTIONS_ERROR: throw .corrupted("unknown filters or options")
        case LZMA_MEMLIMIT_ERROR: throw .memoryLimit
        case LZMA_MEM_ERROR: throw .outOfMemory
        default: throw .library(code: Int(status.rawValue))
        }
    }
}
