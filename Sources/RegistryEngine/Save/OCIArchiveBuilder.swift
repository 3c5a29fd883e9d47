import Engine
import ImageArchive
import OCI
import Registry
import Synchronization
import SystemIO

/// Fills an archive with the blobs of images, each fetched once, straight to its place.
///
/// A blob that cannot be had fails the images that have it, and no others: they are left out when the archive is finished.
final class OCIArchiveBuilder: Sendable {
    private struct State {
        var ledger: ImageCompletionTracker<SavedImage>
        var schedule: FetchSchedule
        /// Blobs whose registries could not be reached; they are asked for once more at the end.
        var unreachable: [Descriptor] = []
        /// The parts of blobs that are in their places.
        var parts: [Digest: VerifiedEntry] = [:]
        /// How much has gone into a stream, in bytes.
        var streamed: Int64 = 0
    }

    private let setup: SaveSetup
    private let outcomes: OrderedOutcomes
    private let omittedBlobs: OmittedBlobs
    /// The archive as it would be if no image failed.
    private let plan: ArchivePlan
    /// `nil` where nothing is left for another run.
    private let journal: ArchiveJournal?
    private let state: Mutex<State>

    /// Begins an archive, of which nothing is fetched yet.
    ///
    /// - Parameter outcomes: told of images as soon as all their blobs are in their places, and of those that fail.
    /// - Throws: where there is no room for the archive.
    init(_ planned: SavePlan, _ setup: SaveSetup, outcomes: OrderedOutcomes) throws {
        var ledger = planned.ledger
        let kept = planned.blobs
        for blob in planned.omittedBlobs {
            for verdict in ledger.complete(blob.digest, .omitted) { outcomes.settle(verdict.name, verdict.outcome) }
        }
        plan = planned.archive
        try setup.output.requireSpace(for: plan.length)
        journal = try setup.output.beginJournal(of: setup.isGzip ? .storedMembers : .plainTar)
        setup.counters.plan(bytes: kept.reduce(0) { $0 + $1.size })
        state = Mutex(State(ledger: ledger, schedule: FetchSchedule(kept, jobs: setup.jobs)))
        self.setup = setup
        self.outcomes = outcomes
        omittedBlobs = planned.omitted
    }

    /// The images that have not failed, in the order of the list.
    var saved: [SavedImage] { state.withLock(\.ledger.images) }

    /// The blobs of those that the archive leaves out, and the archives that have them.
    var omitted: (blobs: [Descriptor], archives: [String]) {
        let blobs = state.withLock(\.ledger.parts).map(\.blob).filter { omittedBlobs[$0.digest] != nil }
        return (blobs, omittedBlobs.among(Set(blobs.map(\.digest))).archives)
    }

    /// Fetches all blobs: several at a time into a file, one after the other into a stream.
    func run() async throws {
        guard !setup.output.isStream else { return try await stream() }
        if let journal {
            setup.counters.enter(.takingOver)
            try await takeOver(journal)
            setup.counters.enter(nil)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<setup.jobs {
                group.addTask { [self] in
                    while let blob = state.withLock({ $0.schedule.start() }) { try await fetch(blob, isLast: false) }
                }
            }
            try await group.waitForAll()
        }
        let left = state.withLock(\.unreachable)
        try await slidingWindow(over: left, width: setup.jobs) { [self] blob in
            try await fetch(blob, isLast: true)
        } deliver: { _, _ in
        }
    }

    /// Leaves out the images that have failed, writes all that is not fetched, and gives the archive its name.
    ///
    /// - Returns: the layout of what was saved.
    func finish() async throws -> ContainerdLayout {
        let layout = ContainerdLayout(of: saved, omitting: omittedBlobs)
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
                let missing = try output.relocate(final.blobs, from: plan.places)
                guard missing.isEmpty else { throw BlobFailure("the archive was truncated while it was written") }
                try output.resize(to: final.length)
                for entry in final.entries { try ArchiveEntryWriter.write(entry, to: output) }
            }
            if let repair = setup.repair, !repair.survey.isCurrent { throw RepairRefusal.changed }
            try output.commit()
        }
        return layout
    }

    /// Copies what is sound of the archive that is repaired, and verifies all blobs of the copy.
    private func complete(_ repair: RepairSource) async throws {
        guard let file = setup.output.file else { return }
        try await slidingWindow(over: plan.blobs.filter { $0.blob != nil }, width: setup.jobs) { entry in
            try await onThread { try repair.complete(entry, in: file) }
        } deliver: { _, _ in
        }
    }

    private func fetch(_ blob: Descriptor, isLast: Bool) async throws {
        guard let entry = plan.entry(of: blob.digest) else { return }
        _ = try await fetch(blob, into: entry, isLast: isLast)
    }

    /// Fetches a blob to its place.
    ///
    /// - Returns: whether it is there.
    private func fetch(_ blob: Descriptor, into entry: ArchivePlan.Entry, isLast: Bool) async throws -> Bool {
        var seen: Set<Repository> = []
        let repositories = state.withLock { $0.ledger.owners(of: blob.digest) }.map(\.reference.repository)
            .filter { seen.insert($0).inserted }
        let counter = setup.counters.begin("\(blob.digest.short) of \(repositories[0])", size: blob.size)
        defer { counter.end() }
        let part = state.withLock { $0.parts.removeValue(forKey: blob.digest) }
        let writer = try ArchiveEntryWriter(entry, to: setup.output, after: part, journal: journal)
        counter.skip(part?.written ?? 0)
        let tally = RetryCounter()
        do {
            let fate = try await RetryCounter.$current.withValue(tally) {
                try await setup.supply.download(
                    blob,
                    from: repositories,
                    to: writer,
                    after: part.map { BlobPrefix(length: $0.written, hash: $0.hash) },
                    counter
                )
            }
            add(retries: tally.count, for: blob)
            try await onThread { try writer.finish() }
            settle { $0.ledger.complete(blob.digest, fate) }
            return true
        } catch let failure as BlobFailure where writer.canRestart {
            counter.restart()
            let isOver = !failure.isWorthAnotherTry || isLast
            add(retries: tally.count + (isOver ? 0 : 1), for: blob)
            guard isOver else {
                state.withLock { $0.unreachable.append(blob) }
                return false
            }
            settle { state in
                let (verdicts, unwanted) = state.ledger.fail(blob.digest, failure.description)
                let dropped = state.schedule.remove(unwanted)
                setup.counters.plan(bytes: -dropped.reduce(blob.size) { $0 + $1.size })
                return verdicts
            }
            return false
        }
    }

    private func add(retries: Int, for blob: Descriptor) {
        guard retries > 0 else { return }
        outcomes.add(retries: retries, for: state.withLock { $0.ledger.names(of: blob.digest) })
    }

    /// Takes over what of the archive is on this machine already.
    private func takeOver(_ journal: ArchiveJournal) async throws {
        let takeover = BlobReuse(
            plan: plan,
            output: setup.output,
            journal: journal,
            jobs: setup.jobs,
            notice: setup.notice
        )
        try await takeover.continueUnfinished { [self] in take($0, $1) }
        let here = state.withLock { state in
            state.parts.values.reduce(state.ledger.bytes(where: { $0 == .continued })) { $0 + $1.written }
        }
        if here > 0 {
            let all = plan.blobs.reduce(0) { $0 + $1.content.size }
            setup.notice(Notice(.continuing, "continuing: \(ByteCount(here)) of \(ByteCount(all)) are here"))
        }
        // Copied when everything else is there.
        for blob in setup.repair?.soundBlobs ?? [] where !state.withLock({ $0.ledger.has(blob.digest) }) {
            take(blob, .whole(.reused))
        }
        let older = setup.repair == nil ? setup.output.olderArchive : nil
        for path in setup.reuse + (older.map { [$0] } ?? []) {
            try await takeover.reuse(path, isOlder: path == older, wanted: wanted) { [self] in take($0, $1) }
        }
    }

    /// The entries of the blobs of which nothing is there yet, in the order of the archive.
    private func wanted() -> [ArchivePlan.Entry] {
        state.withLock { state in
            plan.blobs.filter { entry in
                guard let blob = entry.blob else { return false }
                return state.parts[blob.digest] == nil && !state.ledger.has(blob.digest)
            }
        }
    }

    private func take(_ blob: Descriptor, _ finding: BlobReuse.Finding) {
        switch finding {
        case .part(let proof): state.withLock { $0.parts[blob.digest] = proof }
        case .whole(let fate):
            setup.counters.skip(bytes: blob.size)
            settle { state in
                _ = state.schedule.remove([blob.digest])
                return state.ledger.complete(blob.digest, fate)
            }
        }
    }

    private func settle(_ change: (inout State) -> [ImageCompletionTracker<SavedImage>.Verdict]) {
        for verdict in state.withLock({ change(&$0) }) { outcomes.settle(verdict.name, verdict.outcome) }
    }

    /// Writes the blobs in the order of the archive. A blob that cannot be had is left out, as long as nothing of it was written.
    private func stream() async throws {
        for entry in plan.blobs {
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
