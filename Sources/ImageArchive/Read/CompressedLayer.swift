import Compression
import OCI
import SystemIO

/// A layer compressed for a registry, on all cores, with reproducible bytes.
struct CompressedLayer: Sendable {
    /// The digest of the uncompressed tar.
    let diffID: Digest
    /// The compressed layer, as docker's schema 2 manifests describe it.
    let descriptor: Descriptor
    /// The compressed bytes.
    let content: ArchivedContent

    private init(diffID: Digest, descriptor: Descriptor, content: ArchivedContent) {
        self.diffID = diffID
        self.descriptor = descriptor
        self.content = content
    }

    /// Compresses `source` into the spool.
    ///
    /// - Returns: the layer, and its uncompressed tar, which is unpacked again when it is read.
    static func compress(
        _ source: any ByteSource,
        into spool: Spool
    ) throws -> (layer: CompressedLayer, uncompressed: ArchivedContent) {
        let start = spool.position
        let output = OutputHash()
        // Docker, containerd and the distribution registry read layers of many members, as lazily pulled images have.
        // libdeflate's level 5 gives smaller layers than gzip's 6, in less time than its own 6.
        let gzip = try ParallelGzip(level: 5, framing: .members) { bytes in
            output.hash.update(bytes)
            try spool.write(bytes)
        }
        let hash = ContentHash()
        var size: Int64 = 0
        try source.forEachPiece { bytes in
            hash.update(bytes)
            try gzip.write(bytes)
            size += Int64(bytes.count)
        }
        try gzip.finish()
        let length = spool.position - start
        let layer = CompressedLayer(
            diffID: hash.finish(),
            descriptor: Descriptor(
                mediaType: .dockerLayer,
                digest: output.hash.finish(),
                size: length
            ),
            content: ArchivedContent(of: spool.file, at: start, size: length)
        )
        return (layer, ArchivedContent(inflating: spool.file, at: start, length: length, size: size))
    }

    /// A layer that the archive has compressed with gzip, which is kept unchanged.
    init(alreadyCompressed content: ArchivedContent) throws {
        let packedHash = ContentHash()
        let source = try content.open().observed(packedHash.update)
        let unpacked = try BoundedDecompressor(source, format: .gzip)
        let hash = ContentHash()
        try unpacked.forEachPiece(hash.update)
        // Bytes after the last member belong to the blob too.
        try source.forEachPiece { _ in }
        diffID = hash.finish()
        descriptor = Descriptor(mediaType: .dockerLayer, digest: packedHash.finish(), size: content.size)
        self.content = content
    }

    /// The hash of a compressor's output. `@unchecked`: only the compressor's thread uses the hash until the compressor has finished.
    private final class OutputHash: @unchecked Sendable {
        let hash = ContentHash()
    }
}
