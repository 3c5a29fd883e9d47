/// An OCI Helm chart of a list. As in the scripts, every value is derived from the text of the reference, which is not validated.
package struct Chart: Sendable, Equatable {
    /// The directory for charts, relative to the current directory.
    package static let directory = "./rancher-oci-charts"

    /// The reference up to its last colon, `rancher/charts/fleet`; the entire reference if it has no colon.
    package let name: String
    /// The text after the last colon; the entire reference if it has no colon.
    package let tag: String
    /// Whether the scripts read another version, since they split at the first colon, which can be that of a port (D12).
    package let hasOtherVersionInScripts: Bool

    /// Parses a chart's reference.
    package init(_ reference: String) {
        let colon = UInt8(ascii: ":")
        let last = reference.utf8.lastIndex(of: colon)
        name = last.map { String(reference[..<$0]) } ?? reference
        tag = last.map { String(reference[reference.utf8.index(after: $0)...]) } ?? reference
        hasOtherVersionInScripts = last != reference.utf8.firstIndex(of: colon)
    }

    /// The chart's version: the tag with `+` for `_`, since a tag cannot have a `+`.
    package var version: String {
        var scalars = String.UnicodeScalarView()
        for scalar in tag.unicodeScalars { scalars.append(scalar == "_" ? "+" : scalar) }
        return String(scalars)
    }

    /// The argument of `helm pull`: `oci://rancher/charts/fleet`.
    package var url: String { "oci://" + name }

    /// The target of `helm push`: `oci://REGISTRY/rancher/charts`.
    ///
    /// - Parameter registry: the value of `--registry`; one trailing slash is dropped.
    package func namespaceURL(in registry: String) -> String {
        let namespace = lastSlash.map { String(name[..<$0]) } ?? name
        return "oci://\(Self.withoutSlash(registry))/\(namespace)"
    }

    /// The file that `helm pull` writes: `./rancher-oci-charts/fleet-107.0.0+up0.13.0.tgz`.
    package var file: String {
        let last = lastSlash.map { String(name[name.utf8.index(after: $0)...]) } ?? name
        return "\(Self.directory)/\(last)-\(version).tgz"
    }

    /// Whether `helm push` gets `--plain-http`, by the scripts' rule: the beginning of the registry decides.
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
