import HTTP
import OCI

extension RegistryClient {
    /// The number of queries for content that was just pushed: replicas may lag.
    static let triesOfConfirmation = 4

    /// Queries a repository for a pushed manifest until the name resolves to it, or no change is expected. Usually a
    /// single request without a body.
    ///
    /// - Parameter expected: The digest of the pushed manifest.
    /// - Returns: The digest that the name resolves to; `nil` if the name does not exist.
    /// - Throws: ``RegistryError`` if the registry does not answer.
    package func confirm(_ expected: Digest, as name: ManifestName, in repository: Repository) async throws -> Digest? {
        var tries = 1
        while true {
            let found = try await digest(of: name, in: repository, expecting: expected)
            guard found != expected, tries < Self.triesOfConfirmation else { return found }
            let problem = found == nil ? "the manifest is not there yet" : "the name resolves to another manifest"
            let wait = settings.retryPolicy.wait(after: tries)
            try await settings.pause(wait, before: repository.domain, .failure(problem))
            tries += 1
        }
    }

    private func digest(of name: ManifestName, in repository: Repository, expecting expected: Digest) async throws
        -> Digest?
    {
        let subject = "the manifest \(name) of \(repository)"
        // The push token is reused.
        let response = try await headManifest(name, in: repository, .push(repository), subject)
        switch response.head.status {
        case 404: return nil
        case 200, 405, 501:
            let announced = response.head.headers["Docker-Content-Digest"].flatMap(Digest.init)
            if response.head.status == 200, announced == expected { return expected }
            // The header is optional, and something in front of the registry may send it; not all registries support
            // HEAD.
            do {
                return try await fetchManifest(name, in: repository, scope: .push(repository)).digest
            } catch let error as RegistryError where error.code == .notFound {
                return nil
            }
        default: throw await refusal(response, from: repository, asking: subject)
        }
    }
}
