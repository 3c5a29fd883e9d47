/// An OCI Helm chart of a list, as the scripts handle it with helm.
package struct Chart: Sendable, Equatable {
    /// The folder that charts are saved in and loaded from, below the current one.
    package static let folder = "./rancher-oci-charts"

    /// The reference without its tag: `rancher/charts/fleet`.
    package let name: String
    /// The chart's version: the tag with `_` turned into `+`, which no tag may have.
    package let version: String

    /// Reads a chart's reference.
    ///
    /// - Returns: `nil` where the reference has no tag. The tag's colon is the one after the last slash (D12).
    package init?(_ reference: String) {
        guard let colon = reference.lastIndex(of: ":"), !reference[colon...].contains("/"), !reference.contains("@")
        else {
            return nil
        }
        name = String(reference[..<colon])
        version = String(reference[reference.index(after: colon)...].map { $0 == "_" ? "+" : $0 })
        guard !name.isEmpty, !version.isEmpty else { return nil }
    }

    /// What `helm pull` pulls: `oci://rancher/charts/fleet`.
    package var url: String { "oci://" + name }

    /// Where `helm push` pushes to: `oci://REGISTRY/rancher/charts`, for a chart that was read from a target reference.
    package var namespaceURL: String {
        let slash = name.lastIndex(of: "/") ?? name.startIndex
        return "oci://" + name[..<slash]
    }

    /// The file that `helm pull` writes: `./rancher-oci-charts/fleet-107.0.0+up0.13.0.tgz`.
    package var file: String { "\(Self.folder)/\(lastPathComponent(name))-\(version).tgz" }

    /// Whether `helm push` gets `--plain-http`, by the beginning of the registry as the scripts look at it.
    package static func usesPlainHTTP(registry: String) -> Bool {
        ["localhost", "127.0.0.1", "0.0.0.0"].contains { registry.hasPrefix($0) }
    }
}
