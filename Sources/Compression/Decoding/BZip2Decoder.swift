import CBZip2

/// Decompresses bzip2 streams with libbz2, which verifies their CRC. Data after the last stream is ignored, as by `bzip2`.
final class BZip2Decoder: StreamDecoder {
    private static let magic: [UInt8] = [0x42, 0x5A, 0x68]

    private let stream = LibraryState(bz_stream()) { BZ2_bzDecompressEnd($0) }
    private var isAfterStream = false

    init() throws(CompressionError.Reason) {
        try check(BZ2_bzDecompressInit(stream.pointer, 0, 0))
    }

    func decode(
        _ input: inout UnsafeRawBufferPointer,
        isLast: Bool,
        into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError.Reason) -> DecodingStep {
        if isAfterStream {
            if input.count < Self.magic.count, !isLast { return .produced(0) }
            guard input.starts(with: Self.magic) else { return .ended }
            BZ2_bzDecompressEnd(stream.pointer)
            try check(BZ2_bzDecompressInit(stream.pointer, 0, 0))
            isAfterStream = false
        }
        stream.pointer.pointee.next_in = UnsafeMutableRawPointer(input.mutableBytes)?
            .assumingMemoryBound(to: CChar.self)
        stream.pointer.pointee.avail_in = input.count.asUInt32
        stream.pointer.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: CChar.self)
        stream.pointer.pointee.avail_out = output.count.asUInt32
        let status = BZ2_bzDecompress(stream.pointer)
        input.removeFirst(bytes: Int(input.count.asUInt32 - stream.pointer.pointee.avail_in))
        if status == BZ_STREAM_END {
            isAfterStream = true
        } else {
            try check(status)
        }
        return .produced(Int(output.count.asUInt32 - stream.pointer.pointee.avail_out))
    }

    private func check(_ status: Int32) throws(CompressionError.Reason) {
        switch status {
        case BZ_OK: return
        case BZ_DATA_ERROR: throw .corrupted("incorrect data check")
        case BZ_DATA_ERROR_MAGIC: throw .corrupted("incorrect header")
        case BZ_MEM_ERROR: throw .outOfMemory
        default: throw .library(code: Int(status))
        }
    }
}
