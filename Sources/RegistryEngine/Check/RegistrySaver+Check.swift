import Engine
import ImageArchive
import OCI
import Registry
import Synchronization
import SystemIO

extension RegistrySaver: SaveChecker {
    /// Plans the archive as ``pull(_:onEvent:)`` does, and looks at what it would need. The output is one that is only looked at.
    package func check(_ requests: [PullRequest], onEvent: @escaping @Sendable (SaveEvent) -> Void) async throws
        -> SaveForecast
    {
        let outcomes = OrderedOutcomes(requests, counters: setup.counters, onEvent: onEvent)
        let plan = try await plan(requests, outcomes: outcomes)
        for verdict in plan.ledger.forecasts { outcomes.settle(verdict.name, verdict.outcome) }
        let findings = try await BlobReuseCheck(
            plan: plan.archive,
            output: setup.output,
            reuse: setup.reuse,
            isGzip: setup.isGzip,
            jobs: setup.jobs,
            counters: setup.counters
        )
        .run()
        var forecast = SaveForecast(of: plan.blobs)
        forecast.omitted = plan.omittedBlobs.saturatedSum(of: \.size)
        forecast.continued = findings.continued
        forecast.reused = findings.reused
        forecast.problems = findings.problems
        forecast.archive = plan.archive.length
        forecast.spaceNeeds = try setup.output.space(for: plan.archive.length).map { [$0] } ?? []
        forecast.hubPulls = await HubPullCount(of: plan.ledger.images).forecast(by: setup.client)
        forecast.rate = await ThroughputProbe.bytesPerSecond(findings.missing, by: setup.client) { digest in
            plan.ledger.owners(of: digest).first?.reference.repository
        }
        return forecast
    }
}

extension GraphDriverSaver: SaveChecker {
    /// Finds the images as ``pull(_:onEvent:)`` does. How large the archive will be is known only once the layers are unpacked and
    /// deflated anew, so the compressed layers stand for it, as when it is begun.
    package func check(_ requests: [PullRequest], onEvent: @escaping @Sendable (SaveEvent) -> Void) async throws
        -> SaveForecast
    {
        let outcomes = OrderedOutcomes(requests, counters: setup.counters, onEvent: onEvent)
        let ledger = ImageCompletionTracker(try await find(requests, outcomes: outcomes))
        for verdict in ledger.forecasts { outcomes.settle(verdict.name, verdict.outcome) }
        let remaining = try await layersLeft(of: ledger)
        var forecast = SaveForecast(of: ledger.parts.map(\.blob))
        forecast.continued = ledger.parts.saturatedSum { remaining.contains($0.name) ? $0.blob.size : 0 }
        forecast.spaceNeeds = try spaceNeeds(for: ledger)
        forecast.hubPulls = await HubPullCount(of: ledger.images.map(\.saved)).forecast(by: setup.client)
        let missing = ledger.parts.filter { !remaining.contains($0.name) }.map(\.blob)
        forecast.rate = await ThroughputProbe.bytesPerSecond(missing, by: setup.client) { digest in
            ledger.images.first { image in image.parts.contains { $0.blob.digest == digest } }?.reference.repository
        }
        return forecast
    }

    /// The diff IDs of the layers that an earlier run has left whole.
    private func layersLeft(of ledger: ImageCompletionTracker<UnpackedImage>) async throws -> Set<Digest> {
        guard let remains = try setup.output.remains(of: setup.wrapping.journalContent) else { return [] }
        setup.counters.enter(.takingOver)
        defer { setup.counters.enter(nil) }
        let found = Mutex<Set<Digest>>([])
        try await slidingWindow(over: ledger.parts.map(\.name), width: setup.jobs) {
            [wrapping = setup.wrapping] diffID in
            guard let place = remains.places[diffID] else { return }
            let proof = try await onThread { try VerifiedLayer.read(diffID, at: place, wrapping, in: remains.file) }
            if proof != nil { found.withLock { _ = $0.insert(diffID) } }
        } deliver: { _, _ in
        }
        return found.withLock(\.self)
    }

    private func spaceNeeds(for ledger: ImageCompletionTracker<UnpackedImage>) throws -> [DiskSpace] {
        let sizes = ledger.parts.map(\.blob.size)
        guard setup.output.isStream else {
            return try setup.output.space(for: GraphDriverArchiveWriter.size(of: sizes)).map { [$0] } ?? []
        }
        let layout = format.layout(of: ledger.images.map(\.image))
        return File.availableSpace(in: setup.temporaryDirectory)
            .map { available in
                let needed = GraphDriverArchiveWriter.temporarySize(for: sizes, in: layout)
                return [DiskSpace(path: setup.temporaryDirectory, needed: needed, available: available)]
            } ?? []
    }
}

extension ImageCompletionTracker {
    /// What can be said of the images that have not failed before anything of them was moved.
    fileprivate var forecasts: [Verdict] {
        names.map { found in
            Verdict(name: found.name) { request in
                var outcome = PullOutcome(request, found.refusal.map { .foundLocally(cause: $0) } ?? .pulled)
                outcome.notices = found.notices
                return outcome
            }
        }
    }
}

extension SaveForecast {
    /// - Parameter blobs: each once.
    fileprivate init(of blobs: [Descriptor]) {
        self.init()
        self.blobs = blobs.count
        bytes = blobs.saturatedSum(of: \.size)
    }
}
