import CZlib

/// zlib's deflate for one worker, used for one block after the other.
final class Deflater: @unchecked Sendable {
    private let stream: UnsafeMutablePointer<z_stream>

    /// - Parameter level: 1 to 9.
    init(level: Int32) throws(CompressionError.Reason) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // Without gzip's header and trailer, which the whole has once; 8 is zlib's usual amount of memory.
        let status = deflateInit2_(
            stream,
            level,
            Z_DEFLATED,
            -15,
            8,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard status == Z_OK else {
            stream.deallocate()
            throw zlibFault(status, message: nil)
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// How many bytes a block takes at most, with the flush or the end behind it.
    var outputCapacity: Int {
        Int(deflateBound(stream, UInt(ParallelGzip.blockSize))) + 16
    }

    /// Deflates the block's content into its output, as the end of the stream or up to a byte boundary.
    func deflate(_ block: GzipBlock, endsStream: Bool) throws(CompressionError.Reason) {
        try check(deflateReset(stream))
        let dictionary = block.dictionary
        if !dictionary.isEmpty {
            try check(deflateSetDictionary(stream, dictionary.mutableBytes, UInt32(dictionary.count)))
        }
        stream.pointee.next_in = block.content.mutableBytes
        stream.pointee.avail_in = UInt32(block.content.count)
        stream.pointee.next_out = block.output.bytes
        stream.pointee.avail_out = UInt32(block.output.count)
        let status = CZlib.deflate(stream, endsStream ? Z_FINISH : Z_SYNC_FLUSH)
        guard status == (endsStream ? Z_STREAM_END : Z_OK), stream.pointee.avail_out > 0 else {
            throw .library(code: Int(status))
        }
        block.deflatedCount = block.output.count - Int(stream.pointee.avail_out)
        block.crc = CRC32.update(0, block.content)
    }

    private func check(_ status: Int32) throws(CompressionError.Reason) {
        guard status == Z_OK else { throw zlibFault(status, message: stream.pointee.msg) }
    }
}
