import OCI
import SystemIO
import Tar

/// Unpacks a compressed archive into the spool. Uncompressed layers are compressed at the same time, so the spool is about as
/// large as the archive.
struct ArchiveUnpacker {
    let spool: Spool
    /// The layers that were compressed, by their diff IDs.
    private(set) var layers: [Digest: CompressedLayer] = [:]
    /// The number of bytes that were copied without compression.
    private var copied: Int64 = 0

    init(into spool: Spool) {
        self.spool = spool
    }

    /// Unpacks `source` to its end.
    mutating func unpack(_ source: BoundedDecompressor) throws -> ArchiveEntries {
        let reader = TarReader(source)
        var entries = ArchiveEntries()
        while let entry = try reader.next() {
            let isFile = entry.header.kind == .file
            try entries.add(entry.header, content: isFile ? try spool(entry.header, from: reader, of: source) : nil)
        }
        // The checksums follow the compressed data.
        try source.forEachPiece { _ in }
        return entries
    }

    private mutating func spool(
        _ header: TarHeader,
        from reader: TarReader,
        of source: BoundedDecompressor
    ) throws -> ArchivedContent {
        let prefix = try reader.readBytes(TarHeader.blockSize)
        let start = MemorySource(prefix)
        let content = ClosureSource { buffer in
            let count = start.read(into: buffer)
            return count > 0 || buffer.isEmpty ? count : try reader.read(into: buffer)
        }
        if LayerDetection.isTar(prefix, size: header.contentSize) {
            let (layer, uncompressed) = try CompressedLayer.compress(content, into: spool)
            layers[layer.diffID] = layer
            return uncompressed
        }
        // The rest is small or compressed already. Only data that was made to fill the disk would be much larger than its source.
        let offset = spool.position
        try content.forEachPiece { bytes in
            try spool.write(bytes)
            copied += Int64(bytes.count)
            try ExpansionLimit.copied.check(copied, of: source.packed)
        }
        return ArchivedContent(of: spool.file, at: offset, size: spool.position - offset)
    }
}

/// Distinguishes layers from other entries.
enum LayerDetection {
    /// Whether a content is an uncompressed tar, by its first block and its size: a header with a valid checksum, or the end of an
    /// empty tar.
    static func isTar(_ prefix: [UInt8], size: Int64) -> Bool {
        guard prefix.count == TarHeader.blockSize, size % Int64(TarHeader.blockSize) == 0 else { return false }
        if prefix.allSatisfy({ $0 == 0 }) { return true }
        var parser = TarHeaderParser()
        return prefix.withUnsafeBytes { (try? parser.consume($0)) != nil }
    }
}
