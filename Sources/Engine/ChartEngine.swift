/// What both kinds of engine have to say about OCI Helm charts (``ImageListEntry/isChart``).
package protocol ChartEngine: Sendable {
    /// Finds out how charts are handled. Asked once, of a list that has some, before anything is moved.
    ///
    /// - Throws: ``ChartSupportError`` where they cannot be handled at all.
    func chartHandling() async throws -> ChartHandling
}

/// How charts are handled.
package enum ChartHandling: Sendable {
    /// Like images: the archive has them.
    case images
    /// Like images, and as files beside the archive: a save writes both, and a load takes those from files that the archive lacks.
    case imagesAndFiles(any ChartMover)
    /// As files beside the archive, which this program pulls and pushes.
    case files(any ChartMover)
    /// As files beside the archive, which helm pulls and pushes.
    case helm(any ChartMover)

    /// Whether helm pulls and pushes.
    package var isHelm: Bool {
        if case .helm = self { true } else { false }
    }
}

/// Why charts cannot be handled.
package enum ChartSupportError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Docker has no containerd image store, and there is no helm.
    case noHelm
    /// Docker has no containerd image store, and helm is older than 3.8, or does not tell its version in a line that begins with `v`.
    ///
    /// - Parameter version: the first line that `helm version --short` printed; empty where there was none.
    case oldHelm(version: String)

    package var description: String {
        let problem =
            "the list has OCI Helm charts, which docker does not handle without its containerd image store, and"
        return switch self {
        case .noHelm:
            "\(problem) there is no helm: install helm 3.8 or later, or give docker the containerd image store"
        case .oldHelm(""): "\(problem) helm does not tell its version: install helm 3.8 or later"
        case .oldHelm(let version): "\(problem) helm gives its version as '\(version)': install helm v3.8 or later"
        }
    }
}

/// Moves OCI Helm charts between registries and files.
package protocol ChartMover: Sendable {
    /// Pulls a chart into a file of a directory, which is there.
    ///
    /// - Parameters:
    ///   - url: `oci://HOST/NAMESPACE/NAME`.
    ///   - version: the version of the chart, with `+` where its tag has `_`.
    /// - Throws: ``ChartError`` if that fails, and what ends the run.
    func pull(_ url: String, version: String, into directory: String) async throws

    /// Pushes a chart's file.
    ///
    /// - Parameters:
    ///   - url: `oci://HOST/NAMESPACE`.
    ///   - plainHTTP: whether the registry is known to have no TLS.
    /// - Throws: ``ChartError`` if that fails, and what ends the run.
    func push(_ file: String, to url: String, plainHTTP: Bool) async throws
}

/// A chart was not saved, which ends the run.
package struct ChartFailure: Error, Equatable, Sendable {
    /// The chart, by the name that it has at its source.
    package let name: String
    package let error: ChartError

    package init(_ name: String, _ error: ChartError) {
        self.name = name
        self.error = error
    }
}

/// A chart was not moved.
package struct ChartError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Why.
    package let description: String
    /// The exit status that a script makes of it.
    package let status: Int32
    /// What the command that failed has written to both streams, to the byte; empty where none ran.
    package let output: [UInt8]

    package init(_ description: String, status: Int32, output: [UInt8] = []) {
        self.description = description
        self.status = status
        self.output = output
    }
}
