import Glibc
import OCI
import Synchronization
import SystemIO

/// The output of a save: a file or a split file, which get their names when they are complete, or a stream.
package final class ArchiveOutput: Sendable {
    private enum Target {
        case file(any StagedOutput)
        case stream(File)
        /// A read-only output; `nil` for a stream.
        case place(ArchivePlace?)
    }

    /// The path on the command line; empty for a stream.
    private let typedPath: String
    private let target: Target
    /// The size of the archive's parts in bytes; `nil` for one file.
    private let partSize: Int64?
    /// The path of the journal of a partial archive; `nil` if the next run cannot resume.
    private let journalPath: String?
    private let isFresh: Bool
    /// `nil` if none is written.
    private let checksum: ArchiveChecksum?
    private let journal = Mutex<ArchiveJournal?>(nil)
    private let streamed = Mutex<Int64>(0)

    /// Opens the output for an archive at `path`: a stream for a pipe, a device, a socket or a descriptor of this process
    /// (`/dev/fd/3`), else a file.
    ///
    /// - Parameters:
    ///   - partSize: the size of the archive's parts in bytes; `nil` for one file.
    ///   - continues: whether a partial archive is kept for the next run, with a journal.
    ///   - isFresh: whether a partial archive of an earlier run is dropped.
    ///   - checksum: the checksum to write with a file; a stream has none.
    /// - Throws: `FileError`, `StagedFileError`, `ForeignFileError` or `CompletedContentError`.
    package init(
        path: String,
        partSize: Int64? = nil,
        continues: Bool = false,
        isFresh: Bool = false,
        checksum: ArchiveChecksum? = nil
    ) throws {
        typedPath = path
        self.partSize = partSize
        self.isFresh = isFresh
        self.checksum = checksum
        if File.isStream(path) {
            target = .stream(try File(stream: path))
            journalPath = nil
        } else {
            let keeps = continues && !isFresh
            try SplitFile.completeReplacement(at: path)
            let file: any StagedOutput =
                if let partSize {
                    try StagedParts(for: path, partSize: partSize, keepsContent: keeps)
                } else {
                    try StagedFile(for: path, keepsContent: keeps)
                }
            target = .file(file)
            journalPath = continues ? file.lockedPath + ".journal" : nil
        }
    }

    /// Opens the output for the repaired copy of the archive at `path`, which replaces the archive once it is complete.
    ///
    /// - Parameters:
    ///   - partSize: the size in bytes of the archive's parts; `nil` for one file.
    ///   - isFresh: whether a partial copy of an earlier repair is dropped.
    /// - Throws: as ``init(path:partSize:continues:isFresh:checksum:)``.
    package init(repairing path: String, partSize: Int64?, isFresh: Bool, checksum: ArchiveChecksum?) throws {
        let suffix = StagedFile.repairSuffix
        let file: any StagedOutput =
            if let partSize {
                try StagedParts(for: path, partSize: partSize, suffix: suffix, keepsContent: !isFresh)
            } else {
                try StagedFile(for: path, suffix: suffix, keepsContent: !isFresh)
            }
        typedPath = path
        target = .file(file)
        self.partSize = partSize
        journalPath = file.lockedPath + ".journal"
        self.isFresh = isFresh
        self.checksum = checksum
    }

    /// Opens the output for an archive at `path` read-only: no file is opened for writing, created or changed.
    ///
    /// - Parameters:
    ///   - partSize: as for ``init(path:partSize:continues:isFresh:checksum:)``.
    ///   - isFresh: whether a run would drop a partial archive of an earlier run.
    /// - Throws: `FileError` if a run could not write the archive.
    package init(examining path: String, partSize: Int64? = nil, isFresh: Bool) throws {
        typedPath = path
        self.partSize = partSize
        let place = try File.isStream(path) ? nil : ArchivePlace(of: path, partSize: partSize)
        target = .place(place)
        journalPath = place?.journalPath
        self.isFresh = isFresh
        checksum = nil
    }

    /// An output that writes to an open stream, and closes it on commit.
    package init(stream: File) {
        typedPath = ""
        target = .stream(stream)
        partSize = nil
        journalPath = nil
        isFresh = true
        checksum = nil
    }

    /// Whether bytes can only be written in order.
    package var isStream: Bool {
        switch target {
        case .stream, .place(nil): true
        case .file, .place: false
        }
    }

    /// Returns the disk space still needed for an archive of `length` bytes; `nil` if the free space is unknown.
    package func space(for length: Int64) throws -> DiskSpace? {
        if let partSize, (length - 1) / partSize >= Int64(PartName.most) {
            throw StagedFileError.tooManyParts(path: finalPath, size: length, partSize: partSize, limit: PartName.most)
        }
        return switch target {
        case .file(let file): try file.space(for: length)
        case .place(let place): try place?.space(for: length)
        case .stream: nil
        }
    }

    /// The size of the file system that the archive is written to, in bytes; `nil` for a stream, or if it is unknown.
    package var capacity: Int64? { isStream ? nil : File.capacity(in: File.directory(of: finalPath)) }

    /// Verifies that there is disk space for an archive of `length` bytes, if the free space is known.
    package func requireSpace(for length: Int64) throws {
        try space(for: length)?.require()
    }

    /// Whether the output is only examined: nothing is written.
    package var isDryRun: Bool {
        if case .place = target { true } else { false }
    }

    /// Returns the partial archive that this run resumes.
    ///
    /// - Parameter content: the form of the blobs in the archive.
    package func partialArchive(of content: ArchiveJournal.Content) throws -> PartialArchive? {
        switch target {
        case .file(let file):
            return journal.withLock(\.self).map { PartialArchive(file: file.content, places: $0.places) }
        case .stream: return nil
        case .place(let place):
            guard let journalPath, !isFresh, let file = place?.unfinished else { return nil }
            let kind = ArchiveJournal.Kind(content, partSize: partSize)
            return PartialArchive(file: file, places: try ArchiveJournal.read(journalPath, kind))
        }
    }

    /// Writes at an offset. A stream must be written in order, without a gap.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws {
        switch target {
        case .file(let unfinished):
            try unfinished.content.write(bytes, at: offset)
            checksum?.append(bytes)
            startWriteback(of: unfinished.content, from: offset, bytes.count)
        case .stream(let file):
            try streamed.withLock { position in
                precondition(position == offset, "a stream is written in order")
                try file.write(bytes)
                position += Int64(bytes.count)
            }
        case .place: Self.refuseToWrite()
        }
    }

    private static func refuseToWrite() -> Never {
        preconditionFailure("a read-only output is not written")
    }

    /// Starts the writeback of each mebibyte that has been written to its end.
    private func startWriteback(of file: any RandomAccess, from offset: Int64, _ count: Int) {
        let length: Int64 = 1 << 20
        let first = offset / length * length
        let last = (offset + Int64(count)) / length * length
        if last > first { file.startWriteback(at: first, length: Int(last - first)) }
    }

    /// Random access to the output; `nil` for a stream.
    package var file: (any RandomAccess)? {
        if case .file(let unfinished) = target { unfinished.content } else { nil }
    }

    /// Whether the archive is split, which no other program can do.
    package var isInParts: Bool { partSize != nil }

    /// Moves blobs of a file to their places in a plan, and records that in the journal. All plans have the same order of blobs.
    ///
    /// - Parameters:
    ///   - entries: the entries in the order of the plan.
    ///   - places: the current places of the blobs.
    /// - Returns: the blobs that end after the end of the file, which are not moved.
    package func relocate(
        _ entries: [ArchivePlan.Entry],
        from places: [Digest: ArchiveJournal.Place]
    ) throws -> Set<Digest> {
        guard case .file(let unfinished) = target else { return [] }
        let journal = journal.withLock(\.self)
        var missing: Set<Digest> = []
        func move(_ entry: ArchivePlan.Entry, _ digest: Digest, _ place: ArchiveJournal.Place) throws {
            let length = entry.length(ofFirst: place.written)
            do throws(FileError) {
                try unfinished.content.move(place.offset..<place.offset + length, to: entry.offset)
            } catch {
                guard error.code == ENODATA else { throw error }
                missing.insert(digest)
                return
            }
            var moved = place
            moved.offset = entry.offset
            try journal?.note(digest, moved)
        }
        let moves = entries.compactMap { entry -> (ArchivePlan.Entry, Digest, ArchiveJournal.Place)? in
            guard let blob = entry.blob, let place = places[blob.digest] else { return nil }
            return (entry, blob.digest, place)
        }
        // The order is the same, so no blob is overwritten before it has moved: those that move to a lower offset from the first to the
        // last, the others from the last to the first.
        for (entry, digest, place) in moves where entry.offset < place.offset { try move(entry, digest, place) }
        for (entry, digest, place) in moves.reversed() where entry.offset > place.offset {
            try move(entry, digest, place)
        }
        return missing
    }

    /// Sets the final length of a file.
    package func resize(to length: Int64) throws {
        if case .file(let unfinished) = target { try unfinished.content.resize(to: length) }
    }

    /// Begins the journal of a partial archive, or continues that of an earlier run.
    ///
    /// - Parameter content: the form of the blobs in the archive.
    /// - Returns: `nil` if the next run cannot resume.
    package func beginJournal(of content: ArchiveJournal.Content) throws -> ArchiveJournal? {
        guard let journalPath, !isDryRun else { return nil }
        let kind = ArchiveJournal.Kind(content, partSize: partSize)
        let begun = try ArchiveJournal(journalPath, kind, isFresh: isFresh)
        journal.withLock { $0 = begun }
        return begun
    }

    /// Whether `path` is a file of the output.
    package func isNamed(_ path: String) -> Bool {
        guard case .file(let unfinished) = target else { return false }
        return path == unfinished.content.path
            || path.hasPrefix(unfinished.finalPath + ".")
                && StagedFile.suffixes.contains(where: path.hasSuffix)
    }

    /// The archive that the output will replace; `nil` if there is none.
    package var olderArchive: String? {
        !finalPath.isEmpty && ArchiveLocation(finalPath).isReadable ? finalPath : nil
    }

    /// The final path of the archive; empty for a stream.
    private var finalPath: String {
        switch target {
        case .file(let file): file.finalPath
        case .place(let place?): place.finalPath
        case .place(nil), .stream: ""
        }
    }

    /// Completes the output: a file gets its name, and the older checksum and parts are removed.
    ///
    /// - Throws: `CompletedContentError` if the archive is complete under its name.
    package func commit() throws {
        switch target {
        case .file(let file):
            let sum = try checksum?.file(of: file.content)
            do {
                try file.commit(with: sum, of: typedPath)
            } catch let error as CompletedContentError {
                removeJournal()
                throw error
            }
            removeJournal()
        case .stream(let file): try file.close()
        case .place: Self.refuseToWrite()
        }
    }

    /// Prepares for another program that writes the file: removes the checksum of an older archive, and gives the archive a second
    /// name.
    ///
    /// - Returns: the older archive, to be restored if the other program fails; `nil` for a stream.
    package func willBeReplaced() throws -> OlderArchive? {
        guard case .file(let file) = target else { return nil }
        return try OlderArchive(typedPath: typedPath, finalPath: file.finalPath)
    }

    /// Completes the output after another program has written the file.
    ///
    /// - Throws: `CompletedContentError`.
    package func wasReplaced() throws {
        guard case .file(let file) = target else { return }
        discard()
        let finalPath = file.finalPath
        try CompletedContentError.rethrow(typedPath, .leftOver) {
            for path in Set([typedPath, finalPath]) { try PartName.removeAll(of: path) }
        }
        try CompletedContentError.rethrow(typedPath, .checksum) {
            try checksum?.file(of: File(finalPath, for: .reading)).commit()
        }
    }

    /// Discards the output; an older archive stays. A partial archive with a journal is kept for the next run.
    ///
    /// - Returns: the number of bytes that the next run can resume.
    @discardableResult
    package func discard() -> Int64 {
        guard case .file(let file) = target else { return 0 }
        let kept = journal.withLock { journal in
            // Before the lock is released: another run may continue the journal then.
            journal?.end()
            return journal?.written ?? 0
        }
        guard kept >= Self.leastKept else {
            // The journal first: alone it would count for the next file.
            removeJournal()
            file.discard()
            return 0
        }
        file.leave()
        return kept
    }

    /// A smaller partial archive is removed: fetching its bytes again takes no time.
    private static let leastKept: Int64 = 1 << 20

    private func removeJournal() {
        if let journalPath { unlink(journalPath.nativeCString) }
    }
}
