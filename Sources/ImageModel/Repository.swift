/// A repository of a registry: where manifests and blobs are pulled from and pushed to.
public struct Repository: Hashable, Sendable, CustomStringConvertible {
    /// The registry, with its port where one is named; `docker.io` for Docker Hub.
    public let domain: String
    /// The repository in the registry, such as `rancher/shell`.
    public let path: String

    /// A repository of a registry.
    public init(domain: String, path: String) {
        self.domain = domain
        self.path = path
    }

    /// The registry and the repository, as docker prints it: `registry.example.com:5000/rancher/shell`.
    public var description: String { "\(domain)/\(path)" }
}

extension Reference {
    /// The repository that the reference names.
    public var repository: Repository { Repository(domain: domain, path: path) }
}
