import Glibc
import OCI
import SystemIO

/// The read-only state of an archive that is going to be written. No file is changed.
struct ArchivePlace: Sendable {
    let finalPath: String
    /// The partial archive of an earlier run, open for reading.
    let unfinished: (any RandomAccess)?
    /// The path of the journal of ``unfinished``.
    let journalPath: String
    private let directory: File

    /// - Parameter partSize: as for ``ArchiveOutput/init(examining:partSize:isFresh:)``.
    /// - Throws: `FileError` if no archive could be written, or `ForeignFileError`.
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

/// The partial archive of an earlier run.
package struct PartialArchive: Sendable {
    package let file: any RandomAccess
    /// The places of the blobs by the journal, not verified.
    package private(set) var places: [Digest: ArchiveJournal.Place]

    init(file: any RandomAccess, places: [Digest: ArchiveJournal.Place]) {
        self.file = file
        self.places = places
    }

    /// Whether the journal lists bytes of a planned blob.
    package func hasBytes(of entry: ArchivePlan.Entry) -> Bool {
        guard let blob = entry.blob, let place = places[blob.digest] else { return false }
        return place.size == blob.size && place.written > 0
    }

    /// Moves blobs to the places of `entries`, and forgets blobs that the file does not have.
    package mutating func relocate(to entries: [ArchivePlan.Entry], in output: ArchiveOutput) throws {
        let missing = try output.relocate(entries, from: places)
        for entry in entries {
            if let blob = entry.blob { places[blob.digest]?.offset = entry.offset }
        }
        for digest in missing { places[digest] = nil }
    }

    /// Verifies the bytes of a planned blob at their current place.
    ///
    /// - Returns: `nil` if the file has none of them, or other bytes.
    package func verified(_ entry: ArchivePlan.Entry) throws -> VerifiedEntry? {
        guard hasBytes(of: entry), let blob = entry.blob, let place = places[blob.digest] else { return nil }
        return try VerifiedEntry.read(entry.moved(by: place.offset - entry.offset), written: place.written, in: file)
    }
}
