/// The resource that a request to the fake registry names.
enum FakeRegistryRoute: Hashable {
    case ping
    case token
    case tags(String)
    case manifest(String, reference: String)
    case blob(String, digest: String)
    case referrers(String, digest: String)
    case uploads(String)
    case upload(String, id: String)
    case unknown

    init(path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if path == "/v2/" {
            self = .ping
        } else if parts.count >= 5, parts[0].isEmpty, parts[1] == "v2" {
            self.init(name: parts[2...])
        } else {
            self = .unknown
        }
    }

    /// Parses the path after `/v2/` from its end, because repository names contain slashes.
    private init(name parts: ArraySlice<String>) {
        func repository(_ rest: Int) -> String { parts.dropLast(rest).joined(separator: "/") }
        let last = Array(parts.suffix(3))
        switch (last.count, last[last.count - 2], last[last.count - 1]) {
        case (3, "uploads", let id) where last[0] == "blobs":
            self = id.isEmpty ? .uploads(repository(3)) : .upload(repository(3), id: id)
        case (3, "tags", "list"): self = .tags(repository(2))
        case (3, "manifests", let reference): self = .manifest(repository(2), reference: reference)
        case (3, "referrers", let digest): self = .referrers(repository(2), digest: digest)
        case (3, "blobs", let digest): self = .blob(repository(2), digest: digest)
        default: self = .unknown
        }
    }

    /// The repository, if the path names one.
    var repository: String? {
        switch self {
        case .ping, .token, .unknown: nil
        case .tags(let name), .manifest(let name, _), .blob(let name, _), .referrers(let name, _), .uploads(let name),
            .upload(let name, _):
            name
        }
    }
}
