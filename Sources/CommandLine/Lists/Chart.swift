/// An OCI Helm chart of a list, as the scripts handle it with helm: by the text of its reference, whatever that is.
package struct Chart: Sendable, Equatable {
    /// The directory that charts are saved in and loaded from, below the current one.
    package static let directory = "./rancher-oci-charts"

    /// The reference up to its last colon, `rancher/charts/fleet`; all of it where there is none.
    package let name: String
    /// What stands behind the colon that ends the name; all of the reference where there is none.
    package let tag: String
    /// Whether the scripts take another version, since they look for the first colon, and a registry may have a port (D12).
    package let hasOtherVersionInScripts: Bool

    /// Reads a chart's reference.
    package init(_ reference: String) {
        let colon = UInt8(ascii: ":")
        let last = reference.utf8.lastIndex(of: colon)
        name = last.map { String(reference[..<$0]) } ?? reference
        tag = last.map { String(reference[reference.utf8.index(after: $0)...]) } ?? reference
        hasOtherVersionInScripts = last != reference.utf8.firstIndex(of: colon)
    }

    /// The chart's version: the tag with `+` for `_`, since no tag may have a `+`.
    package var version: String {
        var scalars = String.UnicodeScalarView()
        for scalar in tag.unicodeScalars { scalars.append(scalar == "_" ? "+" : scalar) }
        return String(scalars)
    }

    /// What `helm pull` pulls: `oci://rancher/charts/fleet`.
    package var url: String { "oci://" + name }

    /// Where `helm push` pushes to: `oci://REGISTRY/rancher/charts`.
    ///
    /// - Parameter registry: as it was typed; one slash at its end is dropped.
    package func namespaceURL(in registry: String) -> String {
        let namespace = lastSlash.map { String(name[..<$0]) } ?? name
        return "oci://\(Self.withoutSlash(registry))/\(namespace)"
    }

    /// The file that `helm pull` writes: `./rancher-oci-charts/fleet-107.0.0+up0.13.0.tgz`.
    package var file: String {
        let last = lastSlash.map { String(name[name.utf8.index(after: $0)...]) } ?? name
        return "\(Self.directory)/\(last)-\(version).tgz"
    }

    /// Whether `helm push` gets `--plain-http`, by the beginning of the registry as the scripts look at it.
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
