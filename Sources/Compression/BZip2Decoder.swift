import CBZip2

/// Unpacks bzip2 streams by libbz2, which checks their CRC; what follows the last one is ignored, as `bzip2` does.
final class BZip2Decoder: StreamDecoder {
    private static let magic: [UInt8] = [0x42, 0x5A, 0x68]

    private let stream: UnsafeMutablePointer<bz_stream>
    private var isBehindStream = false

    init() throws(CompressionError.Reason) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: bz_stream())
        do throws(CompressionError.Reason) {
            try check(BZ2_bzDecompressInit(stream, 0, 0))
        } catch {
            stream.deallocate()
            throw error
        }
    }

    deinit {
        // Ending twice is allowed.
        BZ2_bzDecompressEnd(stream)
        stream.deallocate()
    }

    func decode(
        _ input: inout UnsafeRawBufferPointer,
        isLast: Bool,
        into output: UnsafeMutableRawBufferPointer
    ) throws(CompressionError.Reason) -> DecodingStep {
        if isBehindStream {
            if input.count < Self.magic.count, !isLast { return .produced(0) }
            guard input.starts(with: Self.magic) else { return .ended(garbage: !input.isEmpty) }
            BZ2_bzDecompressEnd(stream)
            try check(BZ2_bzDecompressInit(stream, 0, 0))
            isBehindStream = false
        }
        stream.pointee.next_in = UnsafeMutableRawPointer(input.mutableBytes)?.assumingMemoryBound(to: CChar.self)
        stream.pointee.avail_in = input.count.asUInt32
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: CChar.self)
        stream.pointee.avail_out = output.count.asUInt32
        let status = BZ2_bzDecompress(stream)
        input.removeFirst(bytes: Int(input.count.asUInt32 - stream.pointee.avail_in))
        if status == BZ_STREAM_END {
            isBehindStream = true
        } else {
            try check(status)
        }
        return .produced(Int(output.count.asUInt32 - stream.pointee.avail_out))
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
