import Compression
import OCI
import SystemIO
import Tar

/// The entries of an archive, opened by its content regardless of its name.
struct ArchiveOpening {
    let entries: ArchiveEntries
    /// The layers that were compressed while the archive was unpacked, by diff ID.
    let layers: [Digest: CompressedLayer]

    /// Opens an archive: stored gzip members and a plain tar by seeking; any other archive is unpacked into temporary space.
    ///
    /// - Parameters:
    ///   - file: a file, a split file, or a pipe.
    ///   - notice: called before temporary space is used.
    ///   - unpacking: as for ``DockerArchive/init(path:temporaryDirectory:notice:unpacking:)``.
    init(
        _ file: any RandomAccess,
        temporary: TemporarySpace,
        notice: (String) -> Void,
        unpacking: (_ size: Int64?) -> (Int) -> Void
    ) throws {
        let isRegular = try file.isRegular
        if isRegular, let entries = try Self.index(file, salvages: true) {
            self.init(entries: entries)
            return
        }
        var unpacker = ArchiveUnpacker(into: try temporary.spool())
        do {
            let size = isRegular ? try file.size : nil
            let source = try BoundedDecompressor(file.source(), progress: unpacking(size))
            try Self.announce(source.format, size: size, in: unpacker.spool, to: notice)
            let entries = try unpacker.unpack(source)
            self.init(entries: entries, layers: unpacker.layers)
        } catch let error as CompressionError {
            throw ArchiveError(error)
        } catch let error as TarError {
            throw ArchiveError(error)
        }
    }

    /// Reports the temporary space that is needed, and verifies that it is available, if the size is known.
    private static func announce(
        _ format: CompressionFormat,
        size: Int64?,
        in spool: Spool,
        to notice: (String) -> Void
    ) throws {
        guard let size else { return notice("is unpacked first, into temporary space in \(spool.directory)") }
        // Compressed layers are kept, and others are compressed by gzip. Together they need about as much as a gzip archive, and up
        // to half more than the other formats.
        let needed = format == .gzip ? size : size + min(size / 2, .max - size)
        try spool.requireSpace(for: needed)
        notice("is unpacked first, which takes about \(needed) bytes of temporary space in \(spool.directory)")
    }

    private init(entries: ArchiveEntries, layers: [Digest: CompressedLayer] = [:]) {
        self.entries = entries
        self.layers = layers
    }

    /// Returns the entries of an archive that is read without unpacking: stored gzip members, or a plain tar.
    ///
    /// - Parameters:
    ///   - file: a regular file, or a split file.
    ///   - salvages: whether the entries outside of missing or damaged parts are returned.
    /// - Returns: `nil` if the complete archive is compressed.
    static func index(_ file: any RandomAccess, salvages: Bool = false) throws -> ArchiveEntries? {
        guard salvages, let parts = file as? SplitFile else { return try indexComplete(file) }
        do {
            if parts.defects.isEmpty, let entries = try indexComplete(file) { return entries }
            let isStored = try StoredArchiveIndex.begins(file, at: 0, with: StoredGzipMember.header)
            guard !parts.defects.isEmpty || isStored else { return nil }
        } catch  where error is ArchiveError || error is FileError {
            if let entries = try ArchiveSalvage(parts).entries() { return entries }
            throw error
        }
        return try ArchiveSalvage(parts).entries()
    }

    private static func indexComplete(_ file: any RandomAccess) throws -> ArchiveEntries? {
        if let entries = try StoredArchiveIndex.entries(of: file) { return entries }
        let prefix = try FileSection(of: file, at: 0, length: Int64(TarHeader.blockSize)).readBytes(TarHeader.blockSize)
        guard CompressionFormat.detect(prefix) == .none else { return nil }
        guard LayerDetection.isTar(prefix, size: 0) else { throw ArchiveError.unknownLayout }
        return try indexTar(file)
    }

    /// The entries of a tar that is not compressed.
    private static func indexTar(_ file: any RandomAccess) throws -> ArchiveEntries {
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
            throw ArchiveError(error)
        }
        return entries
    }
}

extension ArchiveError {
    /// The error for corrupt compressed data.
    fileprivate init(_ error: CompressionError) {
        switch error.reason {
        case .truncated: self = .truncated
        case .corrupted: self = .damaged("\(error)")
        case .memoryLimit, .outOfMemory, .library: self = .unreadable("\(error)")
        }
    }

    /// The error for a corrupt tar.
    fileprivate init(_ error: TarError) {
        switch error.reason {
        case .truncated: self = .truncated
        case .checksum where error.offset == 0: self = .unknownLayout
        case .sparse: self = .unreadable("\(error)")
        default: self = .damaged("\(error)")
        }
    }
}
