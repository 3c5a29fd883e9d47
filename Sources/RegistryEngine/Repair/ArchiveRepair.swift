import Engine
import ImageArchive
import OCI
import Registry
import Synchronization
import SystemIO

/// Repairs an archive: writes a copy with the same images next to it, from the archive's sound entries and from blobs of registries.
///
/// The copy replaces the archive when it is complete and verified; until then the archive is only read.
package final class ArchiveRepair: Sendable {
    /// The images that the user names, for an archive whose index is damaged.
    package struct NamedImages: Sendable {
        let names: [ImageName]
        let includesReferrers: Bool

        package init(_ names: [ImageName], includesReferrers: Bool) {
            self.names = names
            self.includesReferrers = includesReferrers
        }
    }

    private let survey: ArchiveSurvey
    private let client: RegistryClient
    private let choice: PlatformChoice
    private let counters: TransferCounters
    private let notice: NoticeHandler
    private let setup: @Sendable () async throws -> SaveSetup
    private let output = Mutex<ArchiveOutput?>(nil)

    /// - Parameters:
    ///   - choice: the saved platforms, for manifests that the archive lacks.
    ///   - setup: opens the output; called if something has to be written.
    package init(
        of survey: ArchiveSurvey,
        client: RegistryClient,
        choice: PlatformChoice,
        counters: TransferCounters,
        notice: @escaping NoticeHandler,
        setup: @escaping @Sendable () async throws -> SaveSetup
    ) {
        self.survey = survey
        self.client = client
        self.choice = choice
        self.counters = counters
        self.notice = notice
        self.setup = setup
    }

    /// The result of a repair.
    package enum Result: Sendable {
        /// Every entry was in its place.
        case sound(blobs: Int, images: Int)
        /// The archive was replaced by its repaired copy. Sizes in bytes.
        case repaired(fetched: Int, blobs: Int, size: Int64)
        /// Images cannot be completed, for these reasons. The archive is unchanged.
        case failed(causes: [String], images: Int)
    }

    /// Verifies the archive, and replaces it by a repaired copy if something is damaged or missing.
    ///
    /// - Parameter named: used if the archive does not list its images.
    /// - Throws: `RepairRefusal`, `FileError`, `RegistryError`, or `CompletedContentError`.
    package func run(named: NamedImages?) async throws -> Result {
        let images = try await RepairPlanner(survey: survey, client: client, choice: choice, notice: notice)
            .images(named: named)
        let requests = images.enumerated()
            .map { number, image in
                let name = image.reference.description
                let listed = ImageListEntry(reference: name, file: survey.path, line: number + 1)
                return PullRequest(image: listed, source: ImageName(name))
            }
        let finished = Mutex<[PullOutcome]>([])
        let outcomes = OrderedOutcomes(requests, counters: counters) { event in
            if case .finished(let outcome) = event { finished.withLock { $0.append(outcome) } }
        }
        let names = zip(requests, images)
            .map {
                ResolvedName(name: $0.source, reference: $1.reference, image: $1, refusal: nil)
            }
        let plan = try SavePlan(
            names,
            knownSizes: [:],
            omitting: survey.omitted,
            isGzip: survey.isGzip,
            capacity: nil,
            outcomes: outcomes
        )
        let source = try await soundEntries(of: plan.archive)
        if source.isComplete {
            return .sound(blobs: plan.blobs.count, images: images.count)
        }
        var setup = try await setup()
        output.withLock { [output = setup.output] in $0 = output }
        setup.repair = source
        let builder = try await onThread { [setup] in try OCIArchiveBuilder(plan, setup, outcomes: outcomes) }
        try await builder.run()
        let results = finished.withLock(\.self)
        let causes = results.compactMap { outcome -> String? in
            guard case .failed(let cause) = outcome.result else {
                // A repair keeps everything that was in the archive.
                return outcome.notices.first { $0.kind == .referrerLeftOut }?.description
            }
            return "\(outcome.request.source): \(cause)"
        }
        guard causes.isEmpty, results.count == requests.count else {
            return .failed(causes: causes, images: images.count)
        }
        _ = try await builder.finish()
        var fates: [BlobOutcome: Bool] = [:]
        for blob in results.flatMap({ $0.blobs + $0.referrerBlobs }) { fates[blob] = blob.result == .fetched }
        let fetched = fates.filter(\.value).keys
        return .repaired(
            fetched: fetched.count,
            blobs: fates.count,
            size: fetched.reduce(0) { $0 + $1.transferredBytes }
        )
    }

    /// Discards the repaired copy. The archive is unchanged.
    ///
    /// - Returns: the number of bytes that the next repair can resume with.
    @discardableResult
    package func discard() -> Int64 { output.withLock(\.self)?.discard() ?? 0 }

    /// Verifies each planned entry at its place in the archive.
    private func soundEntries(of plan: ArchivePlan) async throws -> RepairSource {
        let all = plan.entries
        let total = all.reduce(0) { $0 + $1.length }
        counters.enter(.verifying, planned: total)
        defer { counters.enter(nil) }
        let sound = Mutex<Set<Int64>>([])
        try await slidingWindow(over: all, width: 4) { [survey, counters] entry in
            let isIntact = try await onThread {
                // An entry that cannot be read counts as damaged.
                (try? VerifiedEntry.isIntact(entry, in: survey.file)) ?? false
            }
            if isIntact { sound.withLock { _ = $0.insert(entry.offset) } }
            counters.advance(by: entry.length)
        } deliver: { _, _ in
        }
        return RepairSource(survey: survey, plan: plan, sound: sound.withLock(\.self))
    }
}

/// The archive that is repaired, and which entries of it are sound.
package struct RepairSource: Sendable {
    let survey: ArchiveSurvey
    let plan: ArchivePlan
    /// The offsets of the sound entries.
    let sound: Set<Int64>

    /// Whether nothing has to be written.
    var isComplete: Bool {
        plan.entries.allSatisfy { sound.contains($0.offset) } && (try? survey.file.size) == plan.length
    }

    /// The sound blobs of the archive.
    var soundBlobs: [Descriptor] { plan.blobs.filter { sound.contains($0.offset) }.compactMap(\.blob) }

    /// Copies a blob into the repaired copy, if the copy does not have it, and verifies the blob in the copy.
    func complete(_ entry: ArchivePlan.Entry, in copy: any RandomAccess) throws {
        if entry.offset + entry.length <= (try copy.size), try VerifiedEntry.isIntact(entry, in: copy) { return }
        guard sound.contains(entry.offset) else { throw unreadable(entry) }
        try copy.copy(entry.offset..<entry.offset + entry.length, of: survey.file, to: entry.offset)
        guard try VerifiedEntry.isIntact(entry, in: copy) else { throw unreadable(entry) }
    }

    private func unreadable(_ entry: ArchivePlan.Entry) -> EngineError {
        let name = entry.blob.map { "\($0.digest)" } ?? "an entry"
        return EngineError("the copy of \(name) has other bytes than were written; check the disk")
    }
}
