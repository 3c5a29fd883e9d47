import HTTP
import OCI

extension RegistryClient {
    /// How often a registry is asked for what it has just taken: its replicas may be behind.
    static let triesOfConfirmation = 4

    /// Asks a repository what a name leads to, after that got a manifest, until it is that manifest or nothing more is to be
    /// expected. One request without a body, as a rule.
    ///
    /// - Parameter expected: the digest of what was put.
    /// - Returns: the digest that the name leads to; `nil` where it leads to nothing.
    /// - Throws: ``RegistryError`` where the registry does not tell.
    package func confirm(_ expected: Digest, as name: ManifestName, in repository: Repository) async throws -> Digest? {
        var tries = 1
        while true {
            let found = try await digest(of: name, in: repository, expecting: expected)
            guard found != expected, tries < Self.triesOfConfirmation else { return found }
            let problem = found == nil ? "the manifest is not there yet" : "the name leads to another manifest"
            let wait = settings.patience.wait(after: tries)
            try await settings.pause(wait, before: repository.domain, .failure(problem))
            tries += 1
        }
    }

    private func digest(of name: ManifestName, in repository: Repository, expecting expected: Digest) async throws
        -> Digest?
    {
        let subject = "the manifest \(name) of \(repository)"
        // The login with which it was put will do.
        let response = try await headManifest(name, in: repository, .push(repository), subject)
        switch response.head.status {
        case 404: return nil
        case 200, 405, 501:
            let told = response.head.headers["Docker-Content-Digest"].flatMap(Digest.init)
            if response.head.status == 200, told == expected { return expected }
            // The header is optional, and may be that of something before the registry; HEAD is unknown to some.
            do {
                return try await fetchManifest(name, in: repository, scope: .push(repository)).digest
            } catch let error as RegistryError where error.code == .notFound {
                return nil
            }
        default: throw await refusal(response, from: repository, asking: subject)
        }
    }
}
