import OCI

/// The blobs of a chart as Helm 3 reads its manifest: the chart's file, and the provenance file if the chart has one.
package struct ChartContent: Sendable {
    package let chart: Descriptor
    package let provenance: Descriptor?

    /// - Returns: `nil` if the manifest is not the manifest of a chart.
    package init?(_ manifest: Manifest) {
        guard case .image(let configuration, let layers) = manifest.content,
            configuration.mediaType == .helmConfiguration,
            let chart = layers.last(where: { [.helmChart, .legacyHelmChart].contains($0.mediaType) })
        else { return nil }
        self.chart = chart
        provenance = layers.last { $0.mediaType == .helmProvenance }
    }
}
