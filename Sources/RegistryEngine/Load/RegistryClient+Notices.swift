import Engine
import OCI
import Registry

extension RegistryClient {
    /// Downloads the manifest that a reference resolves to.
    ///
    /// - Parameters:
    ///   - name: the name to request instead of the reference's own tag or digest.
    ///   - notice: called if the registry announces a digest that does not match the manifest.
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
