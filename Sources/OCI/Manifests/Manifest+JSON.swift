extension Manifest.Content {
    /// Returns the JSON of `docker push` and `docker manifest push` (docker 20.10 to 29; CLI 23 and later): the fields of
    /// distribution's Go structs, indented by three spaces.
    package func pushedJSON(as mediaType: MediaType) -> [UInt8] {
        json(mediaType, \.distributionJSON).indented(by: 3)
    }

    /// Returns the JSON of the manifests and the `index.json` in an OCI layout of `docker save`: the fields of OCI's Go structs, without
    /// spaces.
    package func savedJSON(as mediaType: MediaType) -> [UInt8] {
        json(mediaType, \.ociJSON).compact
    }

    private func json(_ mediaType: MediaType, _ descriptor: (Descriptor) -> GoJSON) -> GoJSON {
        var fields = GoFields()
        fields.add("schemaVersion", .integer(2))
        fields.add("mediaType", .string(mediaType.rawValue))
        switch self {
        case .image(let configuration, let layers):
            fields.add("config", descriptor(configuration))
            fields.add("layers", .array(layers.map(descriptor)))
        case .index(let entries):
            fields.add("manifests", .array(entries.map(descriptor)))
        }
        return .object(fields.fields)
    }

    /// Returns the content of a manifest list of `docker manifest push`: each entry has a type, a size, a digest and a platform.
    ///
    /// - Returns: the content and the type of the list, which depends on its first entry.
    package static func list(of entries: [Descriptor]) -> (content: Manifest.Content, mediaType: MediaType) {
        let content = Manifest.Content.index(
            entries.map {
                Descriptor(mediaType: $0.mediaType, digest: $0.digest, size: $0.size, platform: $0.platform)
            }
        )
        return (content, entries.first?.mediaType == .ociManifest ? .ociIndex : .dockerManifestList)
    }

    /// The image with ordinary layers instead of foreign ones, as Docker 28 and later push it: for registries that refuse manifests
    /// with URLs. The config, and so the image ID, stays the same. `nil` for an index or an image without foreign layers.
    package var withOrdinaryLayers: Manifest.Content? {
        guard case .image(let configuration, let layers) = self, layers.contains(where: \.isForeignLayer) else {
            return nil
        }
        return .image(
            configuration: Descriptor(
                mediaType: configuration.mediaType,
                digest: configuration.digest,
                size: configuration.size
            ),
            layers: layers.map {
                Descriptor(mediaType: $0.mediaType.ordinaryLayer, digest: $0.digest, size: $0.size)
            }
        )
    }
}
