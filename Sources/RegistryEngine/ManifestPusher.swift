import DockerArchive
import Hashing
import ImageModel
import Registry

/// Puts the manifests of a push, once its blobs are in the repository: what is listed before what lists it.
struct ManifestPusher: Sendable {
    let client: RegistryClient
    let archive: DockerArchive?
    let push: PushPlan.Push

    /// - Returns: what got the name: what was planned, or the same with ordinary layers where the registry takes no URLs.
    func put() async throws -> Manifest {
        var replaced: [Digest: Manifest] = [:]
        for child in push.children {
            let entries = Self.entries(of: child, replaced)
            let put = try await put(try entries.map { try Manifest(listing: $0) } ?? child) { .digest($0.digest) }
            if put.digest != child.digest { replaced[child.digest] = put }
        }
        let top = try Self.entries(of: push.top, replaced).map { try Manifest(listing: $0) } ?? push.top
        return try await put(top) { _ in ManifestName(push.target) }
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
            try await client.put(manifest, as: name(manifest), in: repository, isOneTry: true)
            return manifest
        } catch let error as RegistryError where Self.mayBeForURLs(error) && hasLayers(of: ordinary) {
            try await client.put(ordinary, as: name(ordinary), in: repository)
            return ordinary
        }
    }

    private static func mayBeForURLs(_ error: RegistryError) -> Bool {
        error.status.map { ![401, 403, 404, 429].contains($0) } ?? false
    }

    private func hasLayers(of manifest: Manifest) -> Bool {
        guard let archive, case .image(_, let layers) = manifest.content else { return false }
        return layers.allSatisfy { archive.blob($0.digest) != nil }
    }

    /// The entries of an index some of whose images were replaced; `nil` where none was.
    private static func entries(
        of index: Manifest,
        _ replaced: [Digest: Manifest]
    ) -> [Descriptor]? {
        guard case .index(let entries) = index.content, entries.contains(where: { replaced[$0.digest] != nil })
        else { return nil }
        return entries.map { entry in
            guard var changed = replaced[entry.digest]?.descriptor else { return entry }
            changed.platform = entry.platform
            return changed
        }
    }
}
