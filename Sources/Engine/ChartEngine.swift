/// The part of both engine protocols about OCI Helm charts (``ImageListEntry/isChart``).
package protocol ChartEngine: Sendable {
    /// Determines how charts are handled. Called once, before the first transfer, for a list with charts.
    ///
    /// - Throws: ``ChartSupportError`` if charts are not supported.
    func chartHandling() async throws -> ChartHandling
}

/// The handling of charts.
package enum ChartHandling: Sendable {
    /// Like images: the archive has them.
    case images
    /// Like images, and as files next to the archive: a save writes both, and a load reads the charts from files that the archive lacks.
    case imagesAndFiles(any ChartMover)
    /// As files next to the archive, which this program pulls and pushes.
    case files(any ChartMover)
    /// As files next to the archive, which helm pulls and pushes.
    case helm(any ChartMover)

    /// Whether helm pulls and pushes.
    package var isHelm: Bool {
        if case .helm = self { true } else { false }
    }
}

/// The reason that charts are not supported.
package enum ChartSupportError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Docker has no containerd image store, and there is no helm.
    case noHelm
    /// Docker has no containerd image store, and helm is older than 3.8 or does not print its version in a line that starts with `v`.
    ///
    /// - Parameter version: the first line of `helm version --short`; empty if it printed nothing.
    case oldHelm(version: String)

    package var description: String {
        let problem =
            "the list has OCI Helm charts, which docker does not handle without its containerd image store, and"
        return switch self {
        case .noHelm:
            "\(problem) there is no helm: install helm 3.8 or later, or give docker the containerd image store"
        case .oldHelm(""): "\(problem) helm does not print its version: install helm 3.8 or later"
        case .oldHelm(let version): "\(problem) helm gives its version as '\(version)': install helm v3.8 or later"
        }
    }
}

/// Moves OCI Helm charts between registries and files.
package protocol ChartMover: Sendable {
    /// Pulls a chart into a file of an existing directory.
    ///
    /// - Parameters:
    ///   - url: `oci://HOST/NAMESPACE/NAME`.
    ///   - version: the version of the chart; the `_` of its tag is `+`.
    /// - Throws: ``ChartError`` if the command fails; other errors end the run.
    func pull(_ url: String, version: String, into directory: String) async throws

    /// Pushes a chart's file.
    ///
    /// - Parameters:
    ///   - url: `oci://HOST/NAMESPACE`.
    ///   - plainHTTP: whether the registry uses plain HTTP.
    /// - Throws: ``ChartError`` if the command fails; other errors end the run.
    func push(_ file: String, to url: String, plainHTTP: Bool) async throws
}

/// The error of a chart that was not saved. It ends the run.
package struct ChartFailure: Error, Equatable, Sendable {
    /// The chart's name at its source.
    package let name: String
    package let error: ChartError

    package init(_ name: String, _ error: ChartError) {
        self.name = name
        self.error = error
    }
}

/// The error of a chart that was not pulled or pushed.
package struct ChartError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String
    /// The exit status of a script that ends with this error.
    package let status: Int32
    /// The unchanged output of the failed command on both streams; empty if no command ran.
    package let output: [UInt8]

    package init(_ description: String, status: Int32, output: [UInt8] = []) {
        self.description = description
        self.status = status
        self.output = output
    }
}
