import HTTP
import OCI

/// What a check asks a registry, which moves nothing and leaves nothing there.
extension RegistryClient {
    /// The digest of the manifest that a name leads to in a repository that is pushed to.
    ///
    /// - Returns: `nil` where there is none.
    /// - Throws: ``RegistryError``, `ManifestError`.
    package func digest(of name: ManifestName, in repository: Repository) async throws -> Digest? {
        let subject = "the manifest \(name) of \(repository)"
        let response = try await headManifest(name, in: repository, .push(repository), subject)
        switch response.head.status {
        case 200:
            if let digest = response.head.headers["Docker-Content-Digest"].flatMap(Digest.init) { return digest }
        case 404: return nil
        // Not all registries answer such questions.
        case 405: break
        default: throw await refusal(response, from: repository, asking: subject)
        }
        return try await manifestIfThere(name, in: repository)?.digest
    }

    /// Makes sure that blobs may be pushed into a repository: begins an upload, and takes it back.
    ///
    /// - Throws: ``RegistryError`` where the registry refuses.
    package func checkPush(to repository: Repository) async throws {
        let subject = "the question whether \(repository) may be pushed to"
        do {
            var url = ""
            let response = try await settings.run(.mount, to: repository.domain) {
                let answer = try await open(repository)
                url = answer.url
                return answer.response
            }
            guard let upload = try UploadSession(response.head, from: url, size: 0) else {
                throw await refusal(response, from: repository, asking: subject)
            }
            // The registry drops an upload that nobody goes on with: whether it takes it back at once makes no difference.
            let request = RegistryRequest(.delete, .url(upload.url), scopes: [.push(repository)])
            _ = try? await perform(request, to: repository.domain, into: ResponseBuffer(limit: Self.errorLimit))
        } catch let error as HTTPError {
            throw RegistryError(error, asking: subject)
        }
    }

    /// What Docker Hub, or a registry that counts as it does, still lets this login or address pull.
    ///
    /// - Parameter reference: any image there; asking for its head is no pull.
    /// - Returns: `nil` where the registry does not tell.
    package func pullAllowance(of reference: Reference) async -> PullAllowance? {
        let repository = reference.repository
        let response = try? await headManifest(
            ManifestName(reference),
            in: repository,
            .pull(repository),
            "the pulls that are left",
            isRetried: false
        )
        return (response?.head.headers).flatMap(PullAllowance.init)
    }
}

/// How many pulls a registry allows (Docker Hub, "Usage and limits": `ratelimit-limit: 100;w=21600`).
package struct PullAllowance: Sendable, Equatable {
    /// In the whole window.
    package let limit: Int
    /// What is left of it.
    package let remaining: Int
    /// The window in seconds; `nil` where it is not told.
    package let seconds: Int?

    /// - Returns: `nil` where the headers do not tell both numbers.
    package init?(_ headers: HTTPHeaders) {
        guard let limit = headers["ratelimit-limit"].flatMap(Self.number),
            let remaining = headers["ratelimit-remaining"].flatMap(Self.number)
        else { return nil }
        self.limit = limit
        self.remaining = remaining
        seconds =
            headers["ratelimit-limit"]?.split(separator: ";").dropFirst()
            .compactMap { part in part.hasPrefix("w=") ? Self.number(String(part.dropFirst(2))) : nil }
            .first
    }

    /// The maximum of each number, which any sum can be built on.
    static let most = 1 << 40

    private static func number(_ field: String) -> Int? {
        Int(field.prefix { $0 != ";" }).flatMap { (0...most).contains($0) ? $0 : nil }
    }
}
