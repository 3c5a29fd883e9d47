import Hashing
import ImageModel
import Registry

/// Puts the manifests of a push, once its blobs are in the repository: what is listed before what lists it.
struct ManifestPusher: Sendable {
    let client: RegistryClient
    let push: ImagePush

    /// - Returns: what got the name: what was planned, or the same with ordinary layers where the registry takes no URLs.
    func put() async throws -> Manifest {
        var replaced: [Digest: Manifest] = [:]
        let selection = push.selection
        for child in selection.manifests where child.digest != selection.top.digest {
            let put = try await put(try Self.replacing(replaced, in: child)) { .digest($0.digest) }
            if put.digest != child.digest { replaced[child.digest] = put }
        }
        return try await put(try Self.replacing(replaced, in: selection.top)) { _ in ManifestName(push.target) }
    }

    /// Puts a manifest to the byte. One with URLs that the registry refuses is put with ordinary layers, if the archive has them.
    private func put(
        _ manifest: Manifest,
        as name: (Manifest) -> ManifestName
    ) async throws -> Manifest {
        let repository = push.target.repository
        guard let content = manifest.content.withOrdinaryLayers else {
            try await client.put(manifest, as: name(manifest), in: repository)
            return manifest
        }
        let ordinary = try Manifest(pushing: content, as: manifest.mediaType)
        do {
            // Docker's own registry refuses URLs with 400 or, by a defect of 2.8, with 500.
            try await client.put(manifest, as: name(manifest), in: repository, mayBeRefusedBy500: true)
            return manifest
        } catch let error as RegistryError where Self.mayBeForURLs(error) && hasLayers(of: ordinary) {
            try await client.put(ordinary, as: name(ordinary), in: repository)
            return ordinary
        }
    }

    /// Whether the registry has looked at the manifest and does not want it; a server in trouble (502, 503, 504) has not.
    static func mayBeForURLs(_ error: RegistryError) -> Bool {
        guard let status = error.status else { return false }
        return status == 500 || (400...499).contains(status) && ![401, 403, 404, 408, 429].contains(status)
    }

    private func hasLayers(of manifest: Manifest) -> Bool {
        guard case .image(_, let layers) = manifest.content else { return false }
        return layers.allSatisfy { push.selection.content(of: $0.digest) != nil }
    }

    /// An index with other images in the place of some of its own; a manifest that lists none of them stays as it is.
    private static func replacing(_ replaced: [Digest: Manifest], in manifest: Manifest) throws -> Manifest {
        guard case .index(let entries) = manifest.content, entries.contains(where: { replaced[$0.digest] != nil })
        else { return manifest }
        return try Manifest(
            listing: entries.map { entry in
                guard let other = replaced[entry.digest] else { return entry }
                var changed = other.descriptor
                changed.platform = entry.platform
                return changed
            }
        )
    }
}
