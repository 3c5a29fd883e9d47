import OCI

/// A registry in credential files and settings: a host and port in any case, as a URL or not, optionally with a path
/// prefix of repositories, as in podman.
struct RegistryName: Hashable, Sendable {
    /// The lowercase host and port; ``Reference/hub`` for all names of Docker Hub.
    let host: String
    /// The path prefix of the repositories; empty for all repositories.
    let path: String

    /// Parses a key of `auths` or `credHelpers`: `reg:5000`, `https://index.docker.io/v1/`, `quay.io/team`.
    ///
    /// A user in a URL is dropped, so that its password is not used.
    init(_ text: String) {
        var rest = text.prefix { $0 != "?" && $0 != "#" }
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        let authority = rest.prefix { $0 != "/" }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last.map { $0.lowercased() } ?? ""
        let parts = rest[authority.endIndex...].split(separator: "/")
        self.host = Self.hubNames.contains(host) ? Reference.hub : host
        // The API version in a URL is not part of a repository's name.
        path = parts == ["v1"] || parts == ["v2"] ? "" : parts.joined(separator: "/")
    }

    private static let hubNames: Set = [Reference.hub, "index.docker.io", "registry-1.docker.io"]

    /// Returns docker's key for a registry's credentials.
    static func dockerKey(_ domain: String) -> String {
        domain == Reference.hub ? "https://index.docker.io/v1/" : domain
    }
}
