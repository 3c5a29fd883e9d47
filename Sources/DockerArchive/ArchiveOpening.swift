import ByteIO
import Compression
import ImageModel
import Tar

/// How an archive is opened: by its content, whatever it is called.
struct ArchiveOpening {
    let entries: ArchiveEntries
    /// The layers that were compressed on the way, by diff ID.
    let layers: [Digest: CompressedLayer]

    /// Opens an archive: one of stored members and a plain tar by seeking; anything else is unpacked into temporary space.
    ///
    /// - Parameters:
    ///   - file: a regular file, or a pipe.
    ///   - notice: told before temporary space is taken.
    init(_ file: File, temporary: TemporarySpace, notice: (String) -> Void) throws {
        let isRegular = try file.isRegular
        if isRegular {
            if let entries = try StoredArchiveIndex.entries(of: file) {
                self.init(entries: entries)
                return
            }
            let prefix = try FileSection(of: file, at: 0, length: Int64(TarHeader.blockSize)).readBytes(TarHeader.blockSize)
            if CompressionFormat.detect(prefix) == .none {
                guard LayerDetection.isTar(prefix, size: 0) else { throw ArchiveError.unknownLayout }
                self.init(entries: try Self.index(file))
                return
            }
        }
        let size = try file.size
        let spool = try temporary.spool()
        // What is compressed inside stays so, and what is not is compressed again: together about what the file has.
        try spool.requireSpace(for: size)
        notice("is unpacked first, which takes about \(size) bytes of temporary space in \(spool.folder)")
        var unpacker = ArchiveUnpacker(into: spool)
        do {
            let entries = try unpacker.unpack(try Decompressor(file), size: isRegular ? size : .max)
            self.init(entries: entries, layers: unpacker.layers)
        } catch let error as CompressionError {
            throw error.reason == .truncated ? ArchiveError.truncated : .damaged("\(error)")
        } catch let error as TarError {
            throw Self.error(error)
        }
    }

    private init(entries: ArchiveEntries, layers: [Digest: CompressedLayer] = [:]) {
        self.entries = entries
        self.layers = layers
    }

    /// The entries of a tar that is not compressed.
    private static func index(_ file: File) throws -> ArchiveEntries {
        let size = try file.size
        let reader = TarReader(FileSection(of: file, at: 0, length: size))
        var entries = ArchiveEntries()
        do {
            while let entry = try reader.next() {
                let length = entry.header.contentSize
                guard length <= size - entry.dataOffset else { throw ArchiveError.truncated }
                try entries.add(entry.header, content: ArchivedContent(of: file, at: entry.dataOffset, size: length))
            }
        } catch let error as TarError {
            throw Self.error(error)
        }
        return entries
    }

    private static func error(_ error: TarError) -> ArchiveError {
        switch error.reason {
        case .truncated: .truncated
        case .checksum where error.offset == 0: .unknownLayout
        default: .damaged("\(error)")
        }
    }
}
