import Glibc
import OCI
import Synchronization
import SystemIO

/// Where an archive is written: a file or parts of one, which appear when they are whole, or a stream.
package final class ArchiveOutput: Sendable {
    private enum Target {
        case file(any StagedOutput)
        case stream(File)
        /// Nothing is written: it is only looked at what the place has; `nil` for that of a stream.
        case place(ArchivePlace?)
    }

    /// The path as it was typed; empty for a stream.
    private let typedPath: String
    private let target: Target
    /// The size of the archive's parts in bytes; `nil` where it is one file.
    private let partSize: Int64?
    /// What the journal of an unfinished file is called; `nil` where a run that ends leaves nothing.
    private let journalPath: String?
    private let isFresh: Bool
    /// `nil` where none is wanted.
    private let checksum: ArchiveChecksum?
    private let journal = Mutex<ArchiveJournal?>(nil)
    private let streamed = Mutex<Int64>(0)

    /// Opens the output for an archive called `path`: a stream where that is a pipe, a device, a socket or a descriptor of this
    /// process (`/dev/fd/3`), else a file.
    ///
    /// - Parameters:
    ///   - partSize: the size in bytes of the parts that a file is written in; `nil` for one file.
    ///   - continues: whether a file that is not finished stays for the next run, with a journal of what it has.
    ///   - isFresh: whether what an earlier run has left is dropped.
    ///   - checksum: is written with a file; a stream has none.
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

    /// The output for an archive called `path` that is only looked at: no file is opened for writing, made or changed.
    ///
    /// - Parameters:
    ///   - partSize: as for ``init(path:partSize:continues:isFresh:checksum:)``.
    ///   - isFresh: whether a run would drop what an earlier one has left.
    /// - Throws: `FileError` where a run could not write the archive.
    package init(examining path: String, partSize: Int64? = nil, isFresh: Bool) throws {
        typedPath = path
        self.partSize = partSize
        let place = try File.isStream(path) ? nil : ArchivePlace(of: path, partSize: partSize)
        target = .place(place)
        journalPath = place?.journalPath
        self.isFresh = isFresh
        checksum = nil
    }

    /// An output that writes into an open stream, and closes it at the end.
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

    /// What an archive of so many bytes still takes; `nil` where what is free cannot be known.
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

    /// Makes sure that there is room for an archive of so many bytes, where that can be known.
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

    /// Writes at an offset. Into a stream the offsets must come in order, without a gap.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws {
        switch target {
        case .file(let unfinished):
            try unfinished.content.write(bytes, at: offset)
            checksum?.note(bytes)
            startWriteback(of: unfinished.content, behind: offset, bytes.count)
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
        preconditionFailure("an archive that is only looked at is not written")
    }

    /// Has the disk begin with each stretch of a mebibyte that has been written to its end.
    private func startWriteback(of file: any RandomAccess, behind offset: Int64, _ count: Int) {
        let stretch: Int64 = 1 << 20
        let first = offset / stretch * stretch
        let last = (offset + Int64(count)) / stretch * stretch
        if last > first { file.startWriteback(at: first, length: Int(last - first)) }
    }

    /// What is being written and can be read; `nil` for a stream.
    package var file: (any RandomAccess)? {
        if case .file(let unfinished) = target { unfinished.content } else { nil }
    }

    /// Whether it is written in parts, which no other program can do.
    package var isInParts: Bool { partSize != nil }

    /// Moves blobs of a file to the places that entries have in a plan, and notes that in the journal. Blobs come in the same order
    /// in every plan.
    ///
    /// - Parameters:
    ///   - entries: in the order of the plan.
    ///   - places: where their blobs are now, and how much of them.
    /// - Returns: the blobs that the file does not have as far as their places say, which are not moved.
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
        // Since the order stays, none is written over that has not moved yet: from the first to the last of those that move to the front,
        // from the last to the first of those that move to the back.
        for (entry, digest, place) in moves where entry.offset < place.offset { try move(entry, digest, place) }
        for (entry, digest, place) in moves.reversed() where entry.offset > place.offset {
            try move(entry, digest, place)
        }
        return missing
    }

    /// Cuts a file at its final length.
    package func resize(to length: Int64) throws {
        if case .file(let unfinished) = target { try unfinished.content.resize(to: length) }
    }

    /// Begins the journal of an unfinished file, or goes on with that of an earlier run.
    ///
    /// - Parameter content: the form that blobs have in the archive.
    /// - Returns: `nil` where nothing is left for another run.
    package func beginJournal(of content: ArchiveJournal.Content) throws -> ArchiveJournal? {
        guard let journalPath, !isDryRun else { return nil }
        let kind = ArchiveJournal.Kind(content, partSize: partSize)
        let begun = try ArchiveJournal(journalPath, kind, isFresh: isFresh)
        journal.withLock { $0 = begun }
        return begun
    }

    /// Whether an error about the file of this path is about the output.
    package func isNamed(_ path: String) -> Bool {
        guard case .file(let unfinished) = target else { return false }
        return path == unfinished.content.path
            || path.hasPrefix(unfinished.finalPath + ".")
                && StagedFile.suffixes.contains(where: path.hasSuffix)
    }

    /// The archive that the output will take the place of, if there is one.
    package var olderArchive: String? {
        !finalPath.isEmpty && ArchiveLocation(finalPath).isReadable ? finalPath : nil
    }

    /// What the archive will be called; empty for a stream.
    private var finalPath: String {
        switch target {
        case .file(let file): file.finalPath
        case .place(let place?): place.finalPath
        case .place(nil), .stream: ""
        }
    }

    /// Ends the output: only now does a file appear under its name, and an older checksum or part is removed.
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

    /// Prepares for another program that writes the file: the checksum of an older archive is removed, and the archive itself gets a
    /// second name.
    ///
    /// - Returns: what brings the older archive back; `nil` for a stream.
    package func willBeReplaced() throws -> OlderArchive? {
        guard case .file(let file) = target else { return nil }
        return try OlderArchive(typedPath: typedPath, finalPath: file.finalPath)
    }

    /// Gives the output up to another program, which has written the file.
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

    /// Gives the output up; what was under its name before stays. What an unfinished file has stays for the next run, if there is a
    /// journal of it.
    ///
    /// - Returns: how many bytes the next run can go on with.
    @discardableResult
    package func discard() -> Int64 {
        guard case .file(let file) = target else { return 0 }
        let kept = journal.withLock { journal in
            // Before the lock is released, as another run may go on with the journal then.
            journal?.end()
            return journal?.written ?? 0
        }
        guard kept >= Self.leastKept else {
            // The journal first: without the file it would be of the next one.
            removeJournal()
            file.discard()
            return 0
        }
        file.leave()
        return kept
    }

    /// Fewer bytes are fetched again sooner than somebody wonders what the file is.
    private static let leastKept: Int64 = 1 << 20

    private func removeJournal() {
        if let journalPath { unlink(journalPath.nativeCString) }
    }
}
