import Glibc
import OCI
import SystemIO

/// Where an archive is going to be written, as it is now. Nothing there is changed.
struct ArchivePlace: Sendable {
    /// What the archive will be called.
    let finalPath: String
    /// What an earlier run has not finished, open for reading.
    let unfinished: (any RandomAccess)?
    /// What the journal of ``unfinished`` is called.
    let journalPath: String
    private let directory: File

    /// - Parameter partSize: as for ``ArchiveOutput/init(examining:partSize:isFresh:)``.
    /// - Throws: `FileError` where no archive could be written there, or `ForeignFileError`.
    init(of path: String, partSize: Int64?) throws {
        let isInParts = partSize != nil
        let written = isInParts ? PartName.path(path, 1) : path
        let target = try StagedFile.target(of: written)
        finalPath = isInParts ? path : target
        directory = try File(File.directory(of: target), for: .reading)
        guard access(directory.path.nativeCString, W_OK | X_OK) == 0 else {
            throw FileError(operation: "write into", path: directory.path, code: errno)
        }
        let first = target + StagedFile.suffix
        journalPath = first + ".journal"
        unfinished =
            if isInParts {
                SplitFile(of: [path], suffix: StagedFile.suffix, partSize: partSize)
            } else {
                try File.exists(first) ? File(staged: first, for: .reading) : nil
            }
    }

    /// As ``StagedFile/space(for:)``.
    func space(for size: Int64) throws(FileError) -> DiskSpace? {
        guard let available = directory.availableSpace else { return nil }
        var taken: Int64 = 0
        for piece in try unfinished?.pieces(of: 0..<(unfinished?.size ?? 0)) ?? [] {
            taken += try piece.file.allocatedSize
        }
        return DiskSpace(path: finalPath, needed: size - taken, available: available)
    }
}

/// What an earlier run has left of an archive, to be looked at where it lies.
package struct PartialArchive: Sendable {
    package let file: any RandomAccess
    /// Where its blobs are, by its journal; not yet proven.
    package let places: [Digest: ArchiveJournal.Place]

    /// Reads what is there of a planned blob, as ``VerifiedEntry/read(_:written:in:)`` does once it has been moved to its place.
    ///
    /// - Returns: how many bytes of it a run would go on with.
    package func proven(_ entry: ArchivePlan.Entry) throws -> Int64 {
        guard let blob = entry.blob, let place = places[blob.digest], place.size == blob.size, place.written > 0 else {
            return 0
        }
        let moved = entry.moved(by: place.offset - entry.offset)
        return try VerifiedEntry.read(moved, written: place.written, in: file)?.written ?? 0
    }
}
