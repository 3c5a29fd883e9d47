import Compression
import OCI
import SystemIO
import Tar

/// Another archive with blobs that a planned archive needs.
///
/// It may be of any tool that writes an OCI layout with the registry's own blobs, as a plain tar or compressed. An archive with
/// unpacked layers has none of those blobs.
package final class ReusableArchive: Sendable {
    private enum Access: Sendable {
        /// Blobs are read in place.
        case indexed(ArchiveEntries)
        /// A compressed archive can only be read from beginning to end.
        case sequential
    }

    private let file: any RandomAccess
    private let access: Access

    /// Opens the archive at `path` without unpacking it.
    ///
    /// - Throws: `FileError`, or ``ArchiveError``.
    package init(_ path: String) throws {
        file = try ArchiveLocation(path).open()
        guard try file.isRegular else { throw ArchiveError.unreadable("it is not a file") }
        access = try ArchiveOpening.index(file).map { .indexed($0) } ?? .sequential
    }

    /// Whether single blobs can be copied; if not, the archive is read from beginning to end.
    package var isIndexed: Bool {
        if case .indexed = access { true } else { false }
    }

    /// Whether an indexed archive has an entry for the blob.
    package func has(_ digest: Digest) -> Bool {
        if case .indexed(let entries) = access { entries[OCILayout.path(of: digest)] != nil } else { false }
    }

    /// Returns the blobs that the archive has by its entries' names, and those that it omits as a delta archive. A compressed
    /// archive is read to its end.
    ///
    /// - Parameter name: the name of the archive.
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

    /// Copies a blob to its place in a planned archive.
    ///
    /// - Parameter journal: the journal of the planned archive; `nil` verifies the blob without copying it.
    /// - Returns: whether the blob was copied and verified; `false` if this archive lacks it, or has other bytes under its name.
    package func copy(_ entry: ArchivePlan.Entry, into output: ArchiveOutput, _ journal: ArchiveJournal?) throws -> Bool
    {
        guard case .indexed(let entries) = access, let blob = entry.blob,
            let content = entries[OCILayout.path(of: blob.digest)], content.size == blob.size
        else { return false }
        guard let journal else { return try content.hasDigest(blob.digest) }
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

    /// Reads the archive from beginning to end, and copies the wanted blobs.
    ///
    /// - Parameters:
    ///   - journal: the journal of the planned archive; `nil` verifies the blobs without copying them.
    ///   - entry: returns the entry of a wanted blob.
    ///   - copied: called with each blob that was copied and verified.
    package func copyAll(
        into output: ArchiveOutput,
        _ journal: ArchiveJournal?,
        entry: (Digest) -> ArchivePlan.Entry?,
        copied: (Digest) -> Void
    ) throws {
        try forEachBlob(isWanted: { entry($0)?.content.size == $1 }) { digest, content in
            if let entry = entry(digest), try Self.copy(content, entry, into: output, journal) { copied(digest) }
        }
    }

    /// Reads the archive from beginning to end, and passes the wanted blobs to `take`.
    ///
    /// It stops early if none of the first blobs is wanted, as in an archive with unpacked layers.
    ///
    /// - Parameter isWanted: called with a blob's digest and size.
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
                guard hits > 0 || passed < Self.unwantedLimit else { return }
                continue
            }
            hits += 1
            try take(digest, reader)
        }
    }

    /// The number of unwanted blobs at the beginning after which the archive counts as one without wanted blobs.
    private static let unwantedLimit = 50

    private static func copy(
        _ source: any ByteSource,
        _ entry: ArchivePlan.Entry,
        into output: ArchiveOutput,
        _ journal: ArchiveJournal?
    ) throws -> Bool {
        guard let blob = entry.blob else { return false }
        guard let journal else { return try source.hasDigest(blob.digest) }
        // The journal records the blob after its verification: a later run would resume a damaged copy.
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
