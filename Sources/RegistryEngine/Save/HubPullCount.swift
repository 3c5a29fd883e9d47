import Engine
import ImageArchive
import OCI
import Registry

/// How many pulls Docker Hub counts for images: one for each name, and of a multi-platform name for each platform (Docker Hub,
/// "Usage and limits"), and one for each manifest that refers to them.
struct HubPullCount: Sendable {
    /// How many pulls it takes.
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

    /// - Returns: `nil` where no image is the Hub's.
    func forecast(by client: RegistryClient) async -> SaveForecast.HubPulls? {
        guard let example else { return nil }
        let left = await client.pullAllowance(of: example)
            .map { SaveForecast.HubPulls.Left(remaining: $0.remaining, limit: $0.limit, seconds: $0.seconds) }
        return SaveForecast.HubPulls(needed: needed, left: left)
    }
}
