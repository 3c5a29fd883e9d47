import Engine
import ImageArchive
import OCI
import Registry
import Synchronization
import SystemIO

extension GraphDriverSaver {
    /// Performs a dry run. The size of the archive is unknown until its layers are unpacked and compressed again, so the size of the
    /// compressed layers is used, as at the start of a save.
    func forecast(_ names: [ResolvedName], outcomes: OrderedOutcomes) async throws -> SaveForecast {
        let tracker = ImageCompletionTracker(names)
        outcomes.settle(tracker.expectedVerdicts)
        let verified = try await verifiedLayers(of: tracker)
        let blobs = tracker.blobs
        var forecast = SaveForecast(of: blobs.map(\.descriptor))
        forecast.resumed = blobs.saturatedSum { verified.contains($0.id) ? $0.descriptor.size : 0 }
        forecast.spaceNeeds = try spaceNeeds(for: tracker)
        forecast.hubPulls = await HubPullCount(of: tracker.images).forecast(by: setup.client)
        let missing = blobs.filter { !verified.contains($0.id) }.map(\.descriptor)
        forecast.rate = await ThroughputProbe.bytesPerSecond(missing, by: setup.client) { digest in
            tracker.images.first { image in image.savedBlobs.contains { $0.descriptor.digest == digest } }?
                .reference.repository
        }
        return forecast
    }

    /// The diff IDs of the complete layers in the partial archive of an earlier run.
    private func verifiedLayers(of tracker: ImageCompletionTracker) async throws -> Set<Digest> {
        let partial = try await onThread { [setup] in
            try setup.output.partialArchive(of: setup.wrapping.journalContent)
        }
        guard let partial else { return [] }
        setup.counters.enter(.reusing)
        defer { setup.counters.enter(nil) }
        let found = Mutex<Set<Digest>>([])
        try await slidingWindow(over: tracker.blobs.map(\.id), width: setup.jobs) {
            [wrapping = setup.wrapping] diffID in
            guard let place = partial.places[diffID] else { return }
            let layer = try await onThread { try VerifiedLayer.read(diffID, at: place, wrapping, in: partial.file) }
            if layer != nil { found.withLock { _ = $0.insert(diffID) } }
        } deliver: { _, _ in
        }
        return found.withLock(\.self)
    }

    private func spaceNeeds(for tracker: ImageCompletionTracker) throws -> [DiskSpace] {
        let sizes = tracker.blobs.map(\.descriptor.size)
        guard setup.output.isStream else {
            return try setup.output.space(for: GraphDriverArchiveWriter.size(of: sizes)).map { [$0] } ?? []
        }
        let layout = format.layout(of: tracker.images.compactMap(\.unpacked))
        return File.availableSpace(in: setup.temporaryDirectory)
            .map { available in
                let needed = GraphDriverArchiveWriter.temporarySize(for: sizes, in: layout)
                return [DiskSpace(path: setup.temporaryDirectory, needed: needed, available: available)]
            } ?? []
    }
}
