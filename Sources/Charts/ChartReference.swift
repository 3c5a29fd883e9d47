/// The reference of an OCI Helm chart in an image list, split as the scripts split it for helm.
package struct ChartReference: Sendable, Equatable {
    /// The directory of the charts' files, relative to the current directory.
    package static let directory = "./rancher-oci-charts"

    /// The reference up to its last colon, such as `rancher/charts/fleet`; the complete reference without a colon.
    package let name: String
    /// The part after the last colon; the complete reference without a colon.
    package let tag: String
    /// Whether the scripts use another version: they split at the first colon, which may precede the port of a registry (D12).
    package let hasOtherVersionInScripts: Bool

    package init(_ reference: String) {
        let colon = UInt8(ascii: ":")
        let last = reference.utf8.lastIndex(of: colon)
        name = last.map { String(reference[..<$0]) } ?? reference
        tag = last.map { String(reference[reference.utf8.index(after: $0)...]) } ?? reference
        hasOtherVersionInScripts = last != reference.utf8.firstIndex(of: colon)
    }

    /// The version of the chart: the tag with `+` for `_`, since a tag cannot have `+`.
    package var version: String {
        var scalars = String.UnicodeScalarView()
        for scalar in tag.unicodeScalars { scalars.append(scalar == "_" ? "+" : scalar) }
        return String(scalars)
    }

    /// The URL for `helm pull`: `oci://rancher/charts/fleet`.
    package var url: String { "oci://" + name }

    /// Returns the URL for `helm push`: `oci://REGISTRY/rancher/charts`.
    ///
    /// - Parameter registry: The registry as typed; one slash at its end is dropped.
    package func namespaceURL(in registry: String) -> String {
        let namespace = lastSlash.map { String(name[..<$0]) } ?? name
        return "oci://\(Self.withoutSlash(registry))/\(namespace)"
    }

    /// The file that `helm pull` writes: `./rancher-oci-charts/fleet-107.0.0+up0.13.0.tgz`.
    package var file: String {
        let last = lastSlash.map { String(name[name.utf8.index(after: $0)...]) } ?? name
        return "\(Self.directory)/\(last)-\(version).tgz"
    }

    /// Whether the scripts pass `--plain-http` to `helm push`, by the beginning of the registry.
    package static func usesPlainHTTP(registry: String) -> Bool {
        var host = withoutSlash(registry)[...]
        for scheme in ["http://", "https://"] where host.hasPrefix(scheme) { host = host.dropFirst(scheme.count) }
        return ["localhost", "127.0.0.1", "0.0.0.0"].contains { host.hasPrefix($0) }
    }

    private var lastSlash: String.Index? { name.utf8.lastIndex(of: UInt8(ascii: "/")) }

    private static func withoutSlash(_ registry: String) -> String {
        registry.hasSuffix("/") ? String(registry.dropLast()) : registry
    }
}
