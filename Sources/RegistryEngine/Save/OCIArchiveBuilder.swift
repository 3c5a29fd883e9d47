import Engine
import ImageArchive
import OCI
import Registry
import Synchronization
import SystemIO

/// Writes the blobs of images into an archive. Each blob is downloaded once, directly to its place.
///
/// A blob that cannot be downloaded fails the images that have it. The completed archive omits these images.
final class OCIArchiveBuilder: Sendable {
    struct State {
        var tracker: ImageCompletionTracker
        var schedule: FetchSchedule
        /// The blobs whose registries are unreachable; they are retried once at the end.
        var unreachable: [Descriptor] = []
        /// The verified first bytes of incomplete blobs in the archive.
        var partials: [Digest: VerifiedEntry] = [:]
        /// The number of bytes that were written into a stream.
        var streamed: Int64 = 0
    }

    let setup: SaveSetup
    let outcomes: OrderedOutcomes
    let plan: SavePlan
    /// `nil` if another run cannot resume this one.
    private let journal: ArchiveJournal?
    let state: Mutex<State>

    /// Starts an archive.
    ///
    /// - Parameter outcomes: gets the outcome of an image when all its blobs are in their places, or when the image fails.
    /// - Throws: if the file system has too little space for the archive.
    init(_ plan: SavePlan, _ setup: SaveSetup, outcomes: OrderedOutcomes) throws {
        var tracker = plan.tracker
        let blobs = plan.blobs
        for blob in plan.omittedBlobs { outcomes.settle(tracker.complete(blob.digest, .omitted)) }
        if !setup.output.isDryRun {
            try setup.output.requireSpace(for: plan.archive.length)
            setup.counters.plan(bytes: blobs.reduce(0) { $0 + $1.size })
        }
        journal = try setup.output.beginJournal(of: setup.blobContent)
        state = Mutex(State(tracker: tracker, schedule: FetchSchedule(blobs, jobs: setup.jobs)))
        self.setup = setup
        self.outcomes = outcomes
        self.plan = plan
    }

    /// The images that have not failed, in the order of the list.
    var images: [SavedImage] { state.withLock(\.tracker.images) }

    /// The blobs of those images that the archive omits, and the archives that have them.
    var omitted: (blobs: [Descriptor], archives: [String]) {
        let blobs = state.withLock(\.tracker.blobs).map(\.descriptor).filter { plan.omitted[$0.digest] != nil }
        return (blobs, plan.omitted.among(Set(blobs.map(\.digest))).archives)
    }

    /// Downloads all blobs: several at a time into a file, one after the other into a stream.
    func run() async throws {
        guard !setup.output.isStream else { return try await stream() }
        _ = try await reuseBlobs()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<setup.jobs {
                group.addTask { [self] in
                    while let blob = state.withLock({ $0.schedule.start() }) { try await fetch(blob, isLast: false) }
                }
            }
            try await group.waitForAll()
        }
        let unreachable = state.withLock(\.unreachable)
        try await slidingWindow(over: unreachable, width: setup.jobs) { [self] blob in
            try await fetch(blob, isLast: true)
        } deliver: { _, _ in
        }
    }

    /// Completes the archive without the images that failed: moves the blobs to their final places, writes all other entries, and
    /// renames the file.
    ///
    /// - Returns: the layout of the saved images.
    func finish() async throws -> ContainerdLayout {
        let layout = ContainerdLayout(of: images, omitting: plan.omitted)
        let final = try ArchivePlan(layout, isGzip: setup.isGzip)
        setup.counters.enter(.finishing)
        if let repair = setup.repair { try await complete(repair) }
        try await onThread { [self] in
            let output = setup.output
            if output.isStream {
                let start = state.withLock(\.streamed)
                let shift = start - (final.tables.first?.offset ?? start)
                for entry in final.tables { try ArchiveEntryWriter.write(entry.moved(by: shift), to: output) }
            } else {
                let missing = try output.relocate(final.blobs, from: plan.archive.places)
                guard missing.isEmpty else { throw BlobFailure("the archive was truncated while it was written") }
                try output.resize(to: final.length)
                for entry in final.entries { try ArchiveEntryWriter.write(entry, to: output) }
            }
            if let repair = setup.repair, !repair.survey.isCurrent { throw RepairRefusal.changed }
            try output.commit()
        }
        return layout
    }

    /// Copies the sound blobs of the archive that is repaired, and verifies all blobs of the copy.
    private func complete(_ repair: RepairSource) async throws {
        guard let file = setup.output.file else { return }
        try await slidingWindow(over: plan.archive.blobs.filter { $0.blob != nil }, width: setup.jobs) { entry in
            try await onThread { try repair.complete(entry, in: file) }
        } deliver: { _, _ in
        }
    }

    private func fetch(_ blob: Descriptor, isLast: Bool) async throws {
        guard let entry = plan.archive.entry(of: blob.digest) else { return }
        _ = try await fetch(blob, into: entry, isLast: isLast)
    }

    /// Downloads a blob to its place.
    ///
    /// - Parameter isLast: whether the blob fails if its registry is unreachable; otherwise it is retried at the end.
    /// - Returns: whether the blob is in its place.
    private func fetch(_ blob: Descriptor, into entry: ArchivePlan.Entry, isLast: Bool) async throws -> Bool {
        var seen: Set<Repository> = []
        let repositories = state.withLock { $0.tracker.owners(of: blob.digest) }.map(\.reference.repository)
            .filter { seen.insert($0).inserted }
        let counter = setup.counters.begin("\(blob.digest.short) of \(repositories[0])", size: blob.size)
        defer { counter.end() }
        let partial = state.withLock { $0.partials.removeValue(forKey: blob.digest) }
        let writer = try ArchiveEntryWriter(entry, to: setup.output, after: partial, journal: journal)
        counter.skip(partial?.written ?? 0)
        let retries = RetryCounter()
        do {
            let result = try await RetryCounter.$current.withValue(retries) {
                try await setup.fetcher.download(
                    blob,
                    from: repositories,
                    to: writer,
                    after: partial.map { BlobPrefix(length: $0.written, hash: $0.hash) },
                    counter
                )
            }
            add(retries: retries.count, for: blob)
            try await onThread { try writer.finish() }
            settle { $0.tracker.complete(blob.digest, result) }
            return true
        } catch let failure as BlobFailure where writer.canRestart {
            counter.restart()
            let isOver = !failure.isRetryable || isLast
            add(retries: retries.count + (isOver ? 0 : 1), for: blob)
            guard isOver else {
                state.withLock { $0.unreachable.append(blob) }
                return false
            }
            settle { state in
                let (verdicts, unwanted) = state.tracker.fail(blob.digest, failure.description)
                let removed = state.schedule.remove(unwanted)
                setup.counters.plan(bytes: -removed.reduce(blob.size) { $0 + $1.size })
                return verdicts
            }
            return false
        }
    }

    private func add(retries: Int, for blob: Descriptor) {
        guard retries > 0 else { return }
        outcomes.add(retries: retries, for: state.withLock { $0.tracker.names(of: blob.digest) })
    }

    /// Reuses blobs that are available locally. A dry run only verifies them.
    ///
    /// - Returns: a dry run's problems with archives that the user has named, one sentence each.
    func reuseBlobs() async throws -> [String] {
        guard !setup.output.isStream, journal != nil || setup.output.isDryRun else { return [] }
        setup.counters.enter(.reusing)
        defer { setup.counters.enter(nil) }
        let reuse = BlobReuse(plan: plan.archive, setup: setup, journal: journal)
        try await reuse.resumePartialArchive { [self] in take($0, $1) }
        let resumed = state.withLock { state in
            state.partials.values.reduce(state.tracker.bytes(with: .continued)) { $0 + $1.written }
        }
        if resumed > 0, !setup.output.isDryRun {
            let all = plan.archive.blobs.reduce(0) { $0 + $1.content.size }
            setup.notice(Notice(.continuing, "continuing: \(ByteCount(resumed)) of \(ByteCount(all)) are here"))
        }
        // The sound blobs of a repaired archive are copied when the archive is completed.
        for blob in setup.repair?.soundBlobs ?? [] where !state.withLock({ $0.tracker.has(blob.digest) }) {
            take(blob, .complete(.reused))
        }
        let older = setup.repair == nil ? setup.output.olderArchive : nil
        var problems: [String] = []
        for path in setup.reuse + (older.map { [$0] } ?? []) {
            do {
                let isOlder = path == older
                try await reuse.copyBlobs(from: path, isOlder: isOlder, wanted: wanted) { [self] in take($0, $1) }
            } catch  where setup.output.isDryRun && !(error is CancellationError) {
                problems.append("\(path): \(error)")
            }
        }
        return problems
    }

    /// The entries of the blobs of which the archive has no bytes, in the order of the archive.
    private func wanted() -> [ArchivePlan.Entry] {
        state.withLock { state in
            plan.archive.blobs.filter { entry in
                guard let blob = entry.blob else { return false }
                return state.partials[blob.digest] == nil && !state.tracker.has(blob.digest)
            }
        }
    }

    private func take(_ blob: Descriptor, _ finding: BlobReuse.Finding) {
        switch finding {
        case .partial(let verified): state.withLock { $0.partials[blob.digest] = verified }
        case .complete(let result):
            if !setup.output.isDryRun { setup.counters.skip(bytes: blob.size) }
            settle { state in
                _ = state.schedule.remove([blob.digest])
                return state.tracker.complete(blob.digest, result)
            }
        }
    }

    private func settle(_ change: (inout State) -> [ImageCompletionTracker.Verdict]) {
        outcomes.settle(state.withLock { change(&$0) })
    }

    /// Writes the blobs in the order of the archive. A blob that fails is omitted if none of its bytes were written.
    private func stream() async throws {
        for entry in plan.archive.blobs {
            let moved = state.withLock { entry.moved(by: $0.streamed - entry.offset) }
            switch entry.content {
            case .bytes:
                try await onThread { [output = setup.output] in try ArchiveEntryWriter.write(moved, to: output) }
            case .blob(let blob):
                guard try await fetch(blob, into: moved, isLast: true) else { continue }
            }
            state.withLock { $0.streamed += entry.length }
        }
    }
}
