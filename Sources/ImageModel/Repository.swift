/// A repository of a registry: where manifests and blobs are pulled from and pushed to.
package struct Repository: Hashable, Sendable, CustomStringConvertible {
    /// The registry, with its port where one is named; `docker.io` for Docker Hub.
    package let domain: String
    /// The repository in the registry, such as `rancher/shell`.
    package let path: String

    package init(domain: String, path: String) {
        self.domain = domain
        self.path = path
    }

    /// The registry and the repository, as docker prints it: `registry.example.com:5000/rancher/shell`.
    package var description: String { "\(domain)/\(path)" }
}

extension Reference {
    package var repository: Repository { Repository(domain: domain, path: path) }
}
