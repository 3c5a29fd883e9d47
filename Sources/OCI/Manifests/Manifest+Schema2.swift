extension MediaType {
    /// Whether the type is OCI's for an image manifest or an index.
    package var isOCIManifest: Bool { self == .ociManifest || self == .ociIndex }

    /// Docker's type for the same layer (the table in OCI image-spec, media-types.md, "Compatibility Matrix"); `nil` if docker
    /// has none, as for zstd.
    fileprivate var schema2Layer: MediaType? {
        switch rawValue {
        case "application/vnd.oci.image.layer.v1.tar": "application/vnd.docker.image.rootfs.diff.tar"
        case "application/vnd.oci.image.layer.v1.tar+gzip": .dockerLayer
        case "application/vnd.oci.image.layer.nondistributable.v1.tar":
            "application/vnd.docker.image.rootfs.foreign.diff.tar"
        case "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip":
            "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
        case let type where type.hasPrefix("application/vnd.docker.image.rootfs."): self
        default: nil
        }
    }
}

extension Manifest.Content {
    /// Returns the content and the media type for registries that accept only docker's schema 2 and manifest lists. The blobs and the
    /// image ID stay the same. Annotations are omitted, since schema 2 has none.
    ///
    /// The entries of an index are not converted: they must be of schema 2 already.
    package func asSchema2() throws(Schema2Error) -> (content: Manifest.Content, mediaType: MediaType) {
        switch self {
        case .index(let entries):
            let plain = entries.map {
                Descriptor(mediaType: $0.mediaType, digest: $0.digest, size: $0.size, platform: $0.platform)
            }
            return (.index(plain), .dockerManifestList)
        case .image(let configuration, let layers):
            guard [.ociConfiguration, .dockerConfiguration].contains(configuration.mediaType) else {
                throw Schema2Error.noImage(configuration.mediaType)
            }
            var plainLayers: [Descriptor] = []
            for layer in layers {
                guard let type = layer.mediaType.schema2Layer else {
                    throw Schema2Error.layer(layer.digest, layer.mediaType)
                }
                plainLayers.append(
                    Descriptor(mediaType: type, digest: layer.digest, size: layer.size, urls: layer.urls)
                )
            }
            let plain = Descriptor(
                mediaType: .dockerConfiguration,
                digest: configuration.digest,
                size: configuration.size
            )
            return (.image(configuration: plain, layers: plainLayers), .dockerManifest)
        }
    }
}

/// The reason why an OCI image cannot be converted to docker's schema 2.
package enum Schema2Error: Error, Equatable, Sendable, CustomStringConvertible {
    /// The config is not an image's.
    case noImage(MediaType)
    /// Docker has no media type for the layer.
    case layer(Digest, MediaType)

    /// A clause to follow "it cannot be pushed as docker's schema 2 either:".
    package var description: String {
        switch self {
        case .noImage(let type): "it is no image, its configuration is of the type \(type)"
        case .layer(let digest, let type) where type.rawValue.hasSuffix("+zstd"):
            "its layer \(digest) is compressed with zstd, which schema 2 does not know"
        case .layer(let digest, let type): "its layer \(digest) is of the type \(type), which schema 2 does not know"
        }
    }
}
