import CLibdeflate
import CZlib

/// Deflates blocks, one at a time, for one worker.
protocol BlockDeflater: Sendable {
    /// The most bytes of a deflated block.
    var outputCapacity: Int { get }

    /// Deflates the block's content into its output, and sets the content's checksum.
    func deflate(_ block: GzipBlock) throws(CompressionError.Reason)
}

/// Deflates blocks with zlib, so that their outputs in a row are one stream.
///
/// It is `@unchecked Sendable` because each worker of ``GzipPipeline`` has its own.
final class StreamDeflater: BlockDeflater, @unchecked Sendable {
    private let stream = LibraryState(z_stream()) { deflateEnd($0) }
    private let level: Int
    private let endsStream: Bool
    let outputCapacity: Int

    /// - Parameters:
    ///   - level: 1 to 9.
    ///   - endsStream: whether the stream ends with the last block, or at a byte boundary where another can follow.
    ///   - capacity: the most bytes of a block.
    init(level: Int, endsStream: Bool, capacity: Int) throws(CompressionError.Reason) {
        self.level = level
        self.endsStream = endsStream
        // Without gzip's header and trailer, which the member has once; 8 is zlib's default memory level.
        let status = deflateInit2_(
            stream.pointer,
            Int32(level),
            Z_DEFLATED,
            -15,
            8,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        guard status == Z_OK else { throw zlibFault(status, message: nil) }
        // With the flush or the end of the stream.
        outputCapacity = Int(deflateBound(stream.pointer, UInt(capacity))) + 16
    }

    func deflate(_ block: GzipBlock) throws(CompressionError.Reason) {
        try check(deflateReset(stream.pointer))
        try tune()
        let dictionary = block.dictionary
        if !dictionary.isEmpty {
            try check(deflateSetDictionary(stream.pointer, dictionary.mutableBytes, UInt32(dictionary.count)))
        }
        stream.pointer.pointee.next_in = block.content.mutableBytes
        stream.pointer.pointee.avail_in = UInt32(block.content.count)
        stream.pointer.pointee.next_out = block.output.bytes
        stream.pointer.pointee.avail_out = UInt32(block.output.count)
        let isEnd = endsStream && block.isLast
        let status = CZlib.deflate(stream.pointer, isEnd ? Z_FINISH : Z_SYNC_FLUSH)
        guard status == (isEnd ? Z_STREAM_END : Z_OK), stream.pointer.pointee.avail_out > 0 else {
            throw .library(code: Int(status))
        }
        block.deflatedCount = block.output.count - Int(stream.pointer.pointee.avail_out)
        block.checksum = GzipChecksum(of: block.content)
    }

    /// Makes level 6 faster.
    ///
    /// For a match, zlib tries up to 128 earlier positions, a quarter as many once it has a match of 8 bytes, and searches for
    /// a better one at the next byte after matches of up to 16. Here the parameters are 80, 16 and 64. Sizes stay within 1 % of
    /// gzip's.
    private func tune() throws(CompressionError.Reason) {
        guard level == 6 else { return }
        try check(deflateTune(stream.pointer, 16, 64, 128, 80))
    }

    private func check(_ status: Int32) throws(CompressionError.Reason) {
        guard status == Z_OK else { throw zlibFault(status, message: stream.pointer.pointee.msg) }
    }
}

/// Deflates blocks with libdeflate, each into a gzip member of its own.
///
/// libdeflate compresses a complete block in one call, which is much faster than zlib's stream.
/// It is `@unchecked Sendable` because each worker of ``GzipPipeline`` has its own.
final class MemberDeflater: BlockDeflater, @unchecked Sendable {
    private let compressor: OpaquePointer
    let outputCapacity: Int

    /// - Parameters:
    ///   - level: 1 to 9, with about the sizes of gzip's levels.
    ///   - capacity: the most bytes of a block.
    init(level: Int, capacity: Int) throws(CompressionError.Reason) {
        guard let compressor = libdeflate_alloc_compressor(Int32(level)) else { throw .outOfMemory }
        self.compressor = compressor
        outputCapacity = libdeflate_gzip_compress_bound(compressor, capacity)
    }

    deinit {
        libdeflate_free_compressor(compressor)
    }

    func deflate(_ block: GzipBlock) throws(CompressionError.Reason) {
        let content = block.content
        let output = block.output
        let count = libdeflate_gzip_compress(
            compressor,
            content.baseAddress,
            content.count,
            output.baseAddress,
            output.count
        )
        guard count > 0 else { throw .library(code: 0) }
        block.deflatedCount = count
        block.checksum = GzipChecksum(trailer: block.deflated.suffix(StoredGzipMember.trailerLength))
    }
}
