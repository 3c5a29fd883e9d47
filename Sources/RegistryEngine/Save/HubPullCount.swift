import Engine
import ImageArchive
import OCI
import Registry

/// The number of pulls that Docker Hub counts for images: one for each image manifest, so one for each platform of a multi-platform image
/// (Docker Hub, "Usage and limits"), and one for each manifest of a referrer.
struct HubPullCount: Sendable {
    let needed: Int
    private let example: Reference?

    init(of images: [SavedImage]) {
        let fromHub = images.filter { $0.reference.repository.domain == Reference.hub }
        needed = fromHub.reduce(0) { sum, image in
            let manifests = image.manifests + image.referrers.flatMap(\.manifests)
            return sum + manifests.count(where: \.mediaType.isManifest)
        }
        example = fromHub.first?.reference
    }

    /// Asks Docker Hub for the remaining pulls.
    ///
    /// - Returns: `nil` if no image is from Docker Hub.
    func forecast(by client: RegistryClient) async -> SaveForecast.HubPulls? {
        guard let example else { return nil }
        let allowance = await client.pullAllowance(of: example)
            .map { SaveForecast.HubPulls.Allowance(remaining: $0.remaining, limit: $0.limit, seconds: $0.seconds) }
        return SaveForecast.HubPulls(needed: needed, allowance: allowance)
    }
}
