import CZlib

/// zlib's deflate, which goes on with a stream where the block before has left it.
///
/// One worker uses it at a time, which is what `@unchecked` stands for.
final class StreamDeflater: BlockDeflater, @unchecked Sendable {
    private let stream = LibraryState(z_stream()) { deflateEnd($0) }
    private let level: Int
    private let endsStream: Bool
    let outputCapacity: Int

    /// - Parameters:
    ///   - level: 1 to 9.
    ///   - endsStream: whether the stream ends with the last block, or at a byte boundary where another can follow.
    ///   - capacity: how many bytes a block may have.
    init(level: Int, endsStream: Bool, capacity: Int) throws(CompressionError.Reason) {
        self.level = level
        self.endsStream = endsStream
        // Without gzip's header and trailer, which the whole has once; 8 is zlib's usual amount of memory.
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
        // With the flush or the end behind it.
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

    /// Has level 6 search for matches in less time.
    ///
    /// zlib tries up to 128 earlier places for a match, a quarter as many once it has one of 8 bytes, and looks for a better
    /// one at the next byte behind matches of up to 16. Here these are 80, 16 and 64: the longer search where it pays makes up
    /// for the shorter one elsewhere, and sizes stay within 1 % of gzip's.
    private func tune() throws(CompressionError.Reason) {
        guard level == 6 else { return }
        try check(deflateTune(stream.pointer, 16, 64, 128, 80))
    }

    private func check(_ status: Int32) throws(CompressionError.Reason) {
        guard status == Z_OK else { throw zlibFault(status, message: stream.pointer.pointee.msg) }
    }
}
