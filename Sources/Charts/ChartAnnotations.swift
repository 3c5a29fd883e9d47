import SystemIO

/// The annotations of a chart's manifest.
enum ChartAnnotations {
    private static let prefix = "org.opencontainers.image."

    /// What Helm 3 makes of a chart: the annotations of `Chart.yaml`, and OCI's own for what its fields tell, of which the chart
    /// cannot change the title and the version.
    ///
    /// - Parameter created: when the chart's file was last written, in seconds since 1970.
    static func of(_ chart: ChartMetadata, created: Int64) -> [String: String] {
        let told = [
            "description": chart.description,
            "title": chart.name,
            "version": chart.version,
            "url": chart.home,
            "created": Timestamp(seconds: created).goText,
            "source": chart.sources.first ?? "",
            "authors": chart.maintainers.map(author).joined(separator: ", "),
        ]
        let own = told.filter { !$0.value.allSatisfy(\.isWhitespace) }
        let fixed = [prefix + "title", prefix + "version"]
        return Dictionary(own.map { (prefix + $0.key, $0.value) }) { $1 }
            .merging(chart.annotations.filter { !fixed.contains($0.key) }) { $1 }
    }

    private static func author(_ maintainer: ChartMaintainer) -> String {
        maintainer.name + (maintainer.email.isEmpty ? "" : " (\(maintainer.email))")
    }
}
