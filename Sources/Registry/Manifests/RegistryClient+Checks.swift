import HTTP
import OCI

/// Read-only requests for `--check`.
extension RegistryClient {
    /// Returns the digest of a manifest in a target repository.
    ///
    /// - Returns: `nil` if the manifest does not exist.
    /// - Throws: ``RegistryError``, `ManifestError`.
    package func digest(of name: ManifestName, in repository: Repository) async throws -> Digest? {
        let subject = "the manifest \(name) of \(repository)"
        let response = try await headManifest(name, in: repository, .push(repository), subject)
        switch response.head.status {
        case 200:
            if let digest = response.head.headers["Docker-Content-Digest"].flatMap(Digest.init) { return digest }
        case 404: return nil
        // Not all registries support the request.
        case 405: break
        default: throw await refusal(response, from: repository, asking: subject)
        }
        return try await manifestIfThere(name, in: repository)?.digest
    }

    /// Verifies the permission to push to a repository: starts an upload and cancels it.
    ///
    /// - Throws: ``RegistryError`` if the registry refuses.
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
            // The registry drops unused uploads anyway, so the response does not matter.
            let request = RegistryRequest(.delete, .url(upload.url), scopes: [.push(repository)])
            _ = try? await collect(request, to: repository.domain)
        } catch let error as HTTPError {
            throw RegistryError(error, asking: subject)
        }
    }

    /// Returns the remaining pulls of Docker Hub, or of a registry with the same headers, for these credentials or this
    /// address.
    ///
    /// - Parameter reference: Any image of the registry; requesting its head does not count as a pull.
    /// - Returns: `nil` if the registry does not report a limit.
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

/// The rate limit of a registry (Docker Hub, "Usage and limits": `ratelimit-limit: 100;w=21600`).
package struct PullAllowance: Sendable, Equatable {
    /// The pulls per window.
    package let limit: Int
    /// The remaining pulls.
    package let remaining: Int
    /// The window in seconds; `nil` if not reported.
    package let seconds: Int?

    /// - Returns: `nil` if one of the numbers is missing.
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

    /// The maximum of each number, so that sums cannot overflow.
    static let most = 1 << 40

    private static func number(_ field: String) -> Int? {
        Int(field.prefix { $0 != ";" }).flatMap { (0...most).contains($0) ? $0 : nil }
    }
}
