import DockerArchive
import ImageModel
import Registry

/// Puts the manifests of a push, once its blobs are in the repository: what is listed before what lists it.
struct ManifestPusher: Sendable {
    let client: RegistryClient
    let archive: DockerArchive?
    let push: PushPlan.Push

    /// - Returns: what got the name: what was planned, or the same with ordinary layers where the registry takes no URLs.
    func put() async throws -> SavedImage.Node {
        var replaced: [Digest: SavedImage.Node] = [:]
        for child in push.children {
            let entries = Self.entries(of: child, replaced)
            let node = try entries.map { try ManifestList(of: $0).node } ?? child
            let put = try await put(node) { .digest($0.digest) }
            if put.digest != child.digest { replaced[child.digest] = put }
        }
        let top = try Self.entries(of: push.top, replaced).map { try ManifestList(of: $0).node } ?? push.top
        return try await put(top) { _ in ManifestName(push.target) }
    }

    /// Puts a manifest to the byte. One with URLs that the registry refuses is put with ordinary layers, if the archive has them.
    private func put(
        _ node: SavedImage.Node,
        as name: (SavedImage.Node) -> ManifestName
    ) async throws -> SavedImage.Node {
        let repository = push.target.repository
        guard let ordinary = try ImageManifest.withOrdinaryLayers(node) else {
            try await client.put(node.manifest, as: name(node), in: repository)
            return node
        }
        do {
            // Docker's own registry refuses URLs with 400 or, by a defect of 2.8, with 500.
            try await client.put(node.manifest, as: name(node), in: repository, mayBeRefusedBy500: true)
            return node
        } catch let error as RegistryError where Self.mayBeForURLs(error) && hasLayers(of: ordinary) {
            try await client.put(ordinary.manifest, as: name(ordinary), in: repository)
            return ordinary
        }
    }

    /// Whether the registry has looked at the manifest and does not want it; a server in trouble (502, 503, 504) has not.
    static func mayBeForURLs(_ error: RegistryError) -> Bool {
        guard let status = error.status else { return false }
        return status == 500 || (400...499).contains(status) && ![401, 403, 404, 408, 429].contains(status)
    }

    private func hasLayers(of node: SavedImage.Node) -> Bool {
        guard let archive, case .image(_, let layers) = node.manifest.content else { return false }
        return layers.allSatisfy { archive.blob($0.digest) != nil }
    }

    /// The entries of an index some of whose images were replaced; `nil` where none was.
    private static func entries(
        of index: SavedImage.Node,
        _ replaced: [Digest: SavedImage.Node]
    ) -> [Descriptor]? {
        guard case .index(let entries) = index.manifest.content, entries.contains(where: { replaced[$0.digest] != nil })
        else { return nil }
        return entries.map { entry in
            guard let node = replaced[entry.digest] else { return entry }
            var changed = node.descriptor
            changed.platform = entry.platform
            return changed
        }
    }
}
