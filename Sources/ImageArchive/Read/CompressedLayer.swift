import Compression
import OCI
import SystemIO

/// A layer compressed for a registry: once, on all cores, and always to the same bytes.
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

    /// Compresses what `source` gives into the spool.
    ///
    /// - Returns: the layer, and its uncompressed tar, which is unpacked again while it is read.
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

    /// A layer that the archive has compressed with gzip: it stays as it is.
    init(alreadyCompressed content: ArchivedContent) throws {
        let source = HashingSource(try content.open())
        let unpacked = try BoundedDecompressor(source, format: .gzip)
        let hash = ContentHash()
        try unpacked.forEachPiece(hash.update)
        // What follows the last member is part of the blob all the same.
        try source.forEachPiece { _ in }
        diffID = hash.finish()
        descriptor = Descriptor(mediaType: .dockerLayer, digest: source.hash.finish(), size: content.size)
        self.content = content
    }

    /// The hash of what a compressor puts out. The compressor's thread alone uses it until that has finished, which is what
    /// `@unchecked` stands for.
    private final class OutputHash: @unchecked Sendable {
        let hash = ContentHash()
    }

    /// Hashes what passes.
    private final class HashingSource: ByteSource {
        let hash = ContentHash()
        private let source: any ByteSource

        init(_ source: any ByteSource) { self.source = source }

        func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
            let count = try source.read(into: buffer)
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            return count
        }
    }
}
