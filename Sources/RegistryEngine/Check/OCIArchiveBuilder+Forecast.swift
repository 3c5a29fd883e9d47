import Engine
import ImageArchive
import OCI
import Registry
import Synchronization
import SystemIO

extension OCIArchiveBuilder {
    /// Performs a dry run: verifies the blobs that can be reused, and measures everything else that the save needs.
    func forecast() async throws -> SaveForecast {
        outcomes.settle(plan.tracker.expectedVerdicts)
        let problems = try await reuseBlobs()
        let (tracker, partials) = state.withLock { ($0.tracker, $0.partials) }
        let blobs = plan.blobs
        var forecast = SaveForecast(of: blobs)
        forecast.omitted = plan.omittedBlobs.saturatedSum(of: \.size)
        forecast.resumed = tracker.bytes(with: .continued) + partials.values.saturatedSum(of: \.written)
        forecast.reused = tracker.bytes(with: .reused)
        forecast.problems = problems
        forecast.archive = plan.archive.length
        forecast.spaceNeeds = try setup.output.space(for: plan.archive.length).map { [$0] } ?? []
        forecast.hubPulls = await HubPullCount(of: tracker.images).forecast(by: setup.client)
        let missing = blobs.filter { !tracker.has($0.digest) && partials[$0.digest] == nil }
        forecast.rate = await ThroughputProbe.bytesPerSecond(missing, by: setup.client) { digest in
            tracker.owners(of: digest).first?.reference.repository
        }
        return forecast
    }
}

extension SaveForecast {
    /// - Parameter blobs: the blobs of the archive without duplicates.
    init(of blobs: [Descriptor]) {
        self.init()
        self.blobs = blobs.count
        bytes = blobs.saturatedSum(of: \.size)
    }
}
