import Hashing
import ImageModel

/// Manifests of images that are made here, to the byte as docker's graph drivers push theirs (Docker 20.10 to 29).
public enum ImageManifest {
    /// A manifest.
    ///
    /// - Parameters:
    ///   - mediaType: docker's schema 2, or OCI's.
    ///   - configuration: of the image.
    ///   - layers: lowest first; each is described by its type, digest and size alone.
    static func node(
        _ mediaType: MediaType = .dockerManifest,
        configuration: Descriptor,
        layers: [Descriptor]
    ) throws -> SavedImage.Node {
        let json = { (descriptor: Descriptor) in
            GoJSON.object([
                ("mediaType", .string(descriptor.mediaType.rawValue)),
                ("size", .integer(descriptor.size)),
                ("digest", .string(descriptor.digest.description)),
            ])
        }
        let bytes =
            GoJSON.object([
                ("schemaVersion", .integer(2)),
                ("mediaType", .string(mediaType.rawValue)),
                ("config", json(configuration)),
                ("layers", .array(layers.map(json))),
            ])
            .indented(by: 3)
        return SavedImage.Node(digest: SHA256.digest(of: bytes), manifest: try Manifest(bytes: bytes))
    }

    /// The same image with ordinary layers in the place of foreign ones, as Docker 28 and later push it: for registries that
    /// refuse manifests with URLs. The configuration, and so the image's ID, stays the same.
    ///
    /// - Returns: `nil` where the image has no foreign layer, or it is an index.
    public static func withOrdinaryLayers(_ node: SavedImage.Node) throws -> SavedImage.Node? {
        guard case .image(let configuration, let layers) = node.manifest.content,
            layers.contains(where: \.isForeignLayer)
        else { return nil }
        let ordinary = layers.map {
            Descriptor(mediaType: $0.mediaType.ordinaryLayer, digest: $0.digest, size: $0.size)
        }
        return try Self.node(node.manifest.mediaType, configuration: configuration, layers: ordinary)
    }
}
