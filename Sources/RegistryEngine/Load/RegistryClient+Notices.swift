import Engine
import OCI
import Registry

extension RegistryClient {
    /// Fetches what a name leads to.
    ///
    /// - Parameters:
    ///   - name: what is asked for in the place of the reference's own tag or digest.
    ///   - notice: told where the registry announces another digest than that of what it sends.
    func manifest(
        _ reference: Reference,
        as name: ManifestName? = nil,
        noting notice: (Notice) -> Void
    ) async throws -> Manifest {
        var announced: Digest?
        let manifest = try await manifest(name ?? ManifestName(reference), in: reference.repository) {
            announced = $0
        }
        if let announced {
            notice(
                Notice(
                    .misannouncedDigest,
                    "\(reference.familiar): \(reference.repository.domain) announces the digest \(announced), but what it sends"
                        + " has \(manifest.digest), and that is taken"
                )
            )
        }
        return manifest
    }
}
