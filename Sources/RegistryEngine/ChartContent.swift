import ImageModel

/// What a manifest lists as Helm 3 reads it: the chart's file, and its signature where there is one.
struct ChartContent: Sendable {
    let chart: Descriptor
    let provenance: Descriptor?

    /// - Returns: `nil` where the manifest is no chart's.
    init?(_ manifest: Manifest) {
        guard case .image(let configuration, let layers) = manifest.content,
            configuration.mediaType == .helmConfiguration,
            let chart = layers.last(where: { [.helmChart, .legacyHelmChart].contains($0.mediaType) })
        else { return nil }
        self.chart = chart
        provenance = layers.last { $0.mediaType == .helmProvenance }
    }
}
