import CLibdeflate

/// libdeflate, which makes a gzip member of each block.
///
/// It has all of a block at hand when it begins, where zlib must be ready to be given the next byte, and so is much faster.
/// One worker uses it at a time, which is what `@unchecked` stands for.
final class MemberDeflater: BlockDeflater, @unchecked Sendable {
    private let compressor: OpaquePointer
    let outputCapacity: Int

    /// - Parameters:
    ///   - level: 1 to 9, which give about the sizes of gzip's levels.
    ///   - capacity: how many bytes a block may have.
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
