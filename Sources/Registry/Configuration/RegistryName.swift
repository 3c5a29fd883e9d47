import OCI

/// A registry as logins and settings name it: a host with its port, in any case, as a URL or not; and behind it a part of
/// its repositories, as podman writes it.
struct RegistryName: Hashable, Sendable {
    /// The host and the port, in lower case; ``Reference/hub`` for all names of Docker Hub.
    let host: String
    /// The first parts of a repository's path; empty for the whole registry.
    let path: String

    /// Reads a key of `auths` or `credHelpers`: `reg:5000`, `https://index.docker.io/v1/`, `quay.io/team`.
    ///
    /// A user in a URL is dropped, so that a password that is written there gets nowhere.
    init(_ text: String) {
        var rest = text.prefix { $0 != "?" && $0 != "#" }
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        let authority = rest.prefix { $0 != "/" }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last.map { $0.lowercased() } ?? ""
        let parts = rest[authority.endIndex...].split(separator: "/")
        self.host = Self.hubNames.contains(host) ? Reference.hub : host
        // The version of the API in a URL is no part of a repository's name.
        path = parts == ["v1"] || parts == ["v2"] ? "" : parts.joined(separator: "/")
    }

    private static let hubNames: Set = [Reference.hub, "index.docker.io", "registry-1.docker.io"]

    /// What docker calls a registry where it asks for its login.
    static func dockerKey(_ domain: String) -> String {
        domain == Reference.hub ? "https://index.docker.io/v1/" : domain
    }
}
