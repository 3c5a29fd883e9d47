import Compression
import FoundationEssentials
import ImageArchive
import OCI
import SystemIO
import TestSupport
import Testing

/// The images of an archive in a registry. Blobs are verified by their digests, layers also by their diff IDs.
struct Arrivals {
    /// The manifests by the images' names, by the ID where an image has no name; of an index those that are there.
    private(set) var manifests: [String: [Manifest]] = [:]

    /// - Parameter composer: of the archive; without one, one is made.
    init(of archive: DockerArchive, composer: ImageComposer? = nil) throws {
        let composer = try composer ?? ImageComposer(of: archive)
        for image in archive.images {
            let name = image.reference?.familiar ?? image.id.description
            guard let descriptor = image.original else {
                let composed = try composer.compose(image)
                #expect(composed.manifest.digest == ContentHash.digest(of: composed.manifest.bytes))
                manifests[name] = [composed.manifest]
                try Self.verify(composed.manifest) { composed.blobs[$0] }
                continue
            }
            manifests[name] = try Self.images(below: descriptor, in: archive)
            for manifest in manifests[name] ?? [] { try Self.verify(manifest, blob: archive.blob) }
        }
    }

    /// The digests of the images' configurations, which are the images' IDs.
    var configurations: [String: [Digest]] {
        manifests.mapValues {
            $0.compactMap { if case .image(let configuration, _) = $0.content { configuration.digest } else { nil } }
        }
    }

    private static func images(below descriptor: Descriptor, in archive: DockerArchive) throws -> [Manifest] {
        guard let manifest = try archive.manifest(descriptor) else { return [] }
        guard case .index(let entries) = manifest.content else { return [manifest] }
        return try entries.flatMap { try images(below: $0, in: archive) }
    }

    private static func verify(_ manifest: Manifest, blob: (Digest) -> ArchivedContent?) throws {
        guard case .image(let configuration, let layers) = manifest.content else { return }
        func bytes(_ descriptor: Descriptor) throws -> [UInt8] {
            let content = try #require(blob(descriptor.digest))
            let bytes = try content.bytes(of: "blob", limit: 1 << 20)
            #expect(ContentHash.digest(of: bytes) == descriptor.digest)
            #expect(content.size == descriptor.size)
            return bytes
        }
        // A chart's configuration has no diff IDs, and foreign layers are missing.
        let diffIDs = ImageConfiguration(bytes: try bytes(configuration))?.diffIDs
        for (index, layer) in layers.enumerated() where !layer.isForeignLayer {
            let layer = try bytes(layer)
            guard let diffIDs else { continue }
            #expect(ContentHash.digest(of: try unpacked(layer)) == diffIDs[index])
        }
    }
}

/// Returns the digests in the names of the configurations in a `manifest.json`, by the names of the image, or by the digest if there
/// are none.
func configurationsNamed(in manifest: [UInt8]) throws -> [String: Digest] {
    struct Item: Decodable {
        var configuration: String
        var names: [String]?

        enum CodingKeys: String, CodingKey {
            case configuration = "Config"
            case names = "RepoTags"
        }
    }
    var configurations: [String: Digest] = [:]
    for item in try JSONDecoder().decode([Item].self, from: Data(manifest)) {
        let hex = try #require(item.configuration.split(separator: "/").last?.prefix(64))
        let digest = try #require(Digest("sha256:\(hex)"))
        for name in item.names ?? [digest.description] { configurations[name] = digest }
    }
    return configurations
}

/// Returns the unpacked content of `bytes`.
func unpacked(_ bytes: [UInt8]) throws -> [UInt8] {
    try content(of: Decompressor(MemorySource(bytes)))
}
