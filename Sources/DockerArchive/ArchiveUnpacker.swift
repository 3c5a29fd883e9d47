import ByteIO
import ImageModel
import Tar

/// Unpacks a compressed archive once: into the spool, each uncompressed layer compressed at the same time, so that the space it
/// takes is about that of the archive.
struct ArchiveUnpacker {
    let spool: Spool
    /// The layers that were compressed, by their diff IDs.
    private(set) var layers: [Digest: CompressedLayer] = [:]

    init(into spool: Spool) {
        self.spool = spool
    }

    /// Unpacks what `source` gives.
    ///
    /// - Parameters:
    ///   - source: the unpacked tar.
    ///   - size: of the archive's file, in bytes.
    mutating func unpack(_ source: any ByteSource, size: Int64) throws -> ArchiveEntries {
        let reader = TarReader(BombGuard(source, size: size))
        var entries = ArchiveEntries()
        while let entry = try reader.next() {
            try entries.add(entry.header, content: entry.header.kind == .file ? try spool(entry, from: reader) : nil)
        }
        return entries
    }

    private mutating func spool(_ entry: TarReader.Entry, from reader: TarReader) throws -> ArchivedContent {
        let prefix = try reader.readBytes(TarHeader.blockSize)
        let rest = PrefixedSource(prefix, reader)
        if LayerDetection.isTar(prefix, size: entry.header.contentSize) {
            let (layer, uncompressed) = try CompressedLayer.compress(rest, into: spool)
            layers[layer.diffID] = layer
            return uncompressed
        }
        let start = spool.position
        try rest.forEachPiece(spool.write)
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

/// Ends the unpacking of a file that unpacks without end: more than a thousand times its size, which gzip cannot even reach,
/// and more than a gigabyte.
private final class BombGuard: ByteSource {
    private let source: any ByteSource
    private let size: Int64
    private let limit: Int64
    private var unpacked: Int64 = 0

    init(_ source: any ByteSource, size: Int64) {
        self.source = source
        self.size = size
        limit = max(1 << 30, size.multipliedReportingOverflow(by: 1000).partialValue)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = try source.read(into: buffer)
        unpacked += Int64(count)
        guard unpacked <= limit else { throw ArchiveError.bomb(size: size, unpacked: limit) }
        return count
    }
}
