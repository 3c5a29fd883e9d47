import OCI
import SystemIO
import Tar

/// Unpacks a compressed archive once: into the spool, each uncompressed layer compressed at the same time, so that the space it
/// takes is about that of the archive.
struct ArchiveUnpacker {
    let spool: Spool
    /// The layers that were compressed, by their diff IDs.
    private(set) var layers: [Digest: CompressedLayer] = [:]
    /// How many bytes were taken over as they are.
    private var copied: Int64 = 0

    init(into spool: Spool) {
        self.spool = spool
    }

    /// Unpacks what `source` gives, to its end.
    mutating func unpack(_ source: BoundedDecompressor) throws -> ArchiveEntries {
        let reader = TarReader(source)
        var entries = ArchiveEntries()
        while let entry = try reader.next() {
            let isFile = entry.header.kind == .file
            try entries.add(entry.header, content: isFile ? try spool(entry.header, from: reader, of: source) : nil)
        }
        // The checksums of compressed data stand behind it.
        try source.forEachPiece { _ in }
        return entries
    }

    private mutating func spool(
        _ header: TarHeader,
        from reader: TarReader,
        of source: BoundedDecompressor
    ) throws -> ArchivedContent {
        let prefix = try reader.readBytes(TarHeader.blockSize)
        let content = PrefixedSource(prefix, reader)
        if LayerDetection.isTar(prefix, size: header.contentSize) {
            let (layer, uncompressed) = try CompressedLayer.compress(content, into: spool)
            layers[layer.diffID] = layer
            return uncompressed
        }
        // The rest is small or compressed already. If it shrank once more, then because it was made to fill the disk.
        let start = spool.position
        try content.forEachPiece { bytes in
            try spool.write(bytes)
            copied += Int64(bytes.count)
            try ExpansionLimit.copied.check(copied, of: source.packed)
        }
        return ArchivedContent(of: spool.file, at: start, size: spool.position - start)
    }
}

/// Tells layers from other entries.
enum LayerDetection {
    /// Whether a content is an uncompressed tar, by its first block and its size: a header with a good checksum, or the end of a
    /// tar that has nothing in it.
    static func isTar(_ prefix: [UInt8], size: Int64) -> Bool {
        guard prefix.count == TarHeader.blockSize, size % Int64(TarHeader.blockSize) == 0 else { return false }
        if prefix.allSatisfy({ $0 == 0 }) { return true }
        var parser = TarHeaderParser()
        return prefix.withUnsafeBytes { (try? parser.consume($0)) != nil }
    }
}

/// Bytes that were looked at, and then the rest of what they were taken from.
private final class PrefixedSource: ByteSource {
    private let prefix: MemorySource
    private let rest: any ByteSource

    init(_ prefix: [UInt8], _ rest: any ByteSource) {
        self.prefix = MemorySource(prefix)
        self.rest = rest
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = prefix.read(into: buffer)
        return count > 0 || buffer.isEmpty ? count : try rest.read(into: buffer)
    }
}
