import Compression
import OCI
import SystemIO
import Tar

/// Another archive, from which blobs can be copied that a planned one needs.
///
/// It may be of any tool that writes an OCI layout with the registry's own blobs, as a plain tar or compressed. One whose layers are
/// unpacked has none of those blobs.
package final class ReusableArchive: Sendable {
    private enum Access: Sendable {
        /// Blobs are read where they lie.
        case indexed(ArchiveEntries)
        /// What is compressed as a whole can only be read from its beginning to its end.
        case sequential
    }

    private let file: any RandomAccess
    private let access: Access

    /// Opens the archive at `path`; nothing is unpacked.
    ///
    /// - Throws: `FileError`, or ``ArchiveError``.
    package init(_ path: String) throws {
        file = try ArchiveLocation(path).open()
        guard try file.isRegular else { throw ArchiveError.unreadable("it is not a file") }
        access = try ArchiveOpening.index(file).map { .indexed($0) } ?? .sequential
    }

    /// Whether ``copy(_:into:)`` works; else the archive is read as a whole.
    package var isIndexed: Bool {
        if case .indexed = access { true } else { false }
    }

    /// Whether the archive has a blob of this digest, as far as that is known without reading all of it.
    package func has(_ digest: Digest) -> Bool {
        if case .indexed(let entries) = access { entries[OCILayout.path(of: digest)] != nil } else { false }
    }

    /// The blobs that the archive has by its names, and those that it leaves out itself as a delta archive. One that is compressed as
    /// a whole is read through.
    ///
    /// - Parameter name: what the archive is called.
    package func blobs(called name: String) throws -> OmittedBlobs {
        var blobs = OmittedBlobs()
        switch access {
        case .indexed(let entries):
            blobs.add(entries.blobs, of: name)
            blobs.add(try ArchiveCatalog.omittedBlobs(of: entries))
        case .sequential:
            let reader = TarReader(try BoundedDecompressor(file.source()))
            while let header = try reader.next()?.header {
                if header.kind == .file, let digest = OCILayout.digest(ofPath: header.name) {
                    blobs.add([digest], of: name)
                } else if header.name == OmittedBlobs.entryName, header.contentSize <= ArchiveCatalog.limit {
                    blobs.add(try OmittedBlobs(json: try reader.readBytes(Int(header.contentSize))))
                }
            }
        }
        return blobs
    }

    /// Copies a blob into its place in a planned archive.
    ///
    /// - Returns: whether it is there now, proven; `false` where this archive lacks it, or has something else under its name.
    package func copy(_ entry: ArchivePlan.Entry, into output: ArchiveOutput, _ journal: ArchiveJournal) throws -> Bool
    {
        guard case .indexed(let entries) = access, let blob = entry.blob,
            let content = entries[OCILayout.path(of: blob.digest)], content.size == blob.size
        else { return false }
        if let file = output.file, try content.copyFrames(of: entry, into: output),
            try VerifiedEntry.read(entry, written: blob.size, in: file) != nil
        {
            try journal.note(
                blob.digest,
                ArchiveJournal.Place(offset: entry.offset, size: blob.size, written: blob.size)
            )
            return true
        }
        return try Self.copy(try content.open(), entry, into: output, journal)
    }

    /// Whether the archive has a blob, proven by its bytes, without a copy of it.
    ///
    /// - Returns: `false` too where the archive can only be read as a whole.
    package func holds(_ blob: Descriptor) throws -> Bool {
        guard case .indexed(let entries) = access, let content = entries[OCILayout.path(of: blob.digest)],
            content.size == blob.size
        else { return false }
        return try content.hasDigest(blob.digest)
    }

    /// Reads the archive from its beginning to its end, without a copy of anything.
    ///
    /// - Parameters:
    ///   - sizes: of the blobs that are looked for.
    ///   - found: told of each that is there, proven by its bytes.
    package func findAll(sizes: [Digest: Int64], found: (Digest) -> Void) throws {
        try forEachBlob(isWanted: { sizes[$0] == $1 }) { digest, content in
            if try content.hasDigest(digest) { found(digest) }
        }
    }

    /// Reads the archive from its beginning to its end, and copies the blobs that are asked for.
    ///
    /// - Parameters:
    ///   - entry: gives the place of a blob that is wanted.
    ///   - copied: told of each blob that is there now, proven.
    package func copyAll(
        into output: ArchiveOutput,
        _ journal: ArchiveJournal,
        entry: (Digest) -> ArchivePlan.Entry?,
        copied: (Digest) -> Void
    ) throws {
        try forEachBlob(isWanted: { entry($0)?.content.size == $1 }) { digest, content in
            if let entry = entry(digest), try Self.copy(content, entry, into: output, journal) { copied(digest) }
        }
    }

    /// Reads the archive from its beginning to its end, and hands over the blobs that are wanted.
    ///
    /// It ends early where none of the first blobs is wanted, as in an archive whose layers are unpacked.
    ///
    /// - Parameter isWanted: asked with a blob's digest and size.
    private func forEachBlob(
        isWanted: (Digest, Int64) -> Bool,
        take: (Digest, any ByteSource) throws -> Void
    ) throws {
        let reader = TarReader(try BoundedDecompressor(file.source()))
        var passed = 0
        var hits = 0
        while let header = try reader.next()?.header {
            guard header.kind == .file, let digest = OCILayout.digest(ofPath: header.name) else { continue }
            guard isWanted(digest, header.contentSize) else {
                passed += 1
                guard hits > 0 || passed < Self.patience else { return }
                continue
            }
            hits += 1
            try take(digest, reader)
        }
    }

    /// How many blobs in a row that nobody wants show that there are none that anybody wants.
    private static let patience = 50

    private static func copy(
        _ source: any ByteSource,
        _ entry: ArchivePlan.Entry,
        into output: ArchiveOutput,
        _ journal: ArchiveJournal
    ) throws -> Bool {
        guard let blob = entry.blob else { return false }
        // Nothing of it is noted before it is proven: a damaged copy would be gone on with.
        let writer = try ArchiveEntryWriter(entry, to: output)
        let hash = ContentHash(blob.digest.algorithm)
        var size: Int64 = 0
        try source.forEachPiece { bytes in
            size += Int64(bytes.count)
            guard size <= blob.size else { return }
            hash.update(bytes)
            try writer.append(bytes)
        }
        guard size == blob.size, hash.finish() == blob.digest else { return false }
        try writer.finish()
        try journal.note(
            blob.digest,
            ArchiveJournal.Place(offset: entry.offset, size: blob.size, written: blob.size)
        )
        return true
    }
}
