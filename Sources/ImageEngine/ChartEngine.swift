/// What both kinds of engine have to say about OCI Helm charts, which are lines of a list that contain `rancher/charts/`.
public protocol ChartEngine: Sendable {
    /// Finds out how charts are to be handled. Asked once, of a list that has some, before anything is moved.
    ///
    /// - Throws: where they cannot be handled at all.
    func chartHandling() async throws -> ChartHandling
}

extension ChartEngine {
    /// Charts are images to an engine that says nothing else.
    public func chartHandling() async throws -> ChartHandling { .images }
}

/// How charts are handled.
public enum ChartHandling: Sendable {
    /// Like images: the archive has them.
    case images
    /// As files beside the archive, which this one pulls and pushes.
    case files(any ChartMover)
}

/// Moves OCI Helm charts between registries and files.
public protocol ChartMover: Sendable {
    /// Pulls a chart into a file of a folder, which is there.
    ///
    /// - Parameters:
    ///   - url: `oci://HOST/NAMESPACE/NAME`.
    ///   - version: the version of the chart, with `+` where its tag has `_`.
    /// - Throws: ``ChartError`` if that fails, and what ends the run.
    func pull(_ url: String, version: String, into folder: String) async throws

    /// Pushes a chart's file.
    ///
    /// - Parameters:
    ///   - url: `oci://HOST/NAMESPACE`.
    ///   - plainHTTP: whether the registry is known to have no TLS.
    /// - Throws: ``ChartError`` if that fails, and what ends the run.
    func push(_ file: String, to url: String, plainHTTP: Bool) async throws
}

/// A chart was not moved.
public struct ChartError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Why.
    public let description: String
    /// The exit status that a script makes of it.
    public let status: Int32

    /// Describes a failure.
    public init(_ description: String, status: Int32) {
        self.description = description
        self.status = status
    }
}
