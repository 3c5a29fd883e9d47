extension Manifest.Content {
    /// The JSON that `docker push` and `docker manifest push` make of a manifest (docker 20.10 to 29; CLI 23 and later): the
    /// fields of distribution's Go structs, indented by three blanks.
    package func pushedJSON(as mediaType: MediaType) -> [UInt8] {
        json(mediaType, \.distributionJSON).indented(by: 3)
    }

    /// The JSON that `docker save` makes of the manifests and the `index.json` of an OCI layout: the fields of OCI's Go structs,
    /// without blanks.
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

    /// The content of a manifest list as `docker manifest push` makes it: of each entry the type, size, digest and platform.
    ///
    /// - Returns: the content and the type of the list, which follows that of its first entry.
    package static func list(of entries: [Descriptor]) -> (content: Manifest.Content, mediaType: MediaType) {
        let content = Manifest.Content.index(
            entries.map {
                Descriptor(mediaType: $0.mediaType, digest: $0.digest, size: $0.size, platform: $0.platform)
            }
        )
        return (content, entries.first?.mediaType == .ociManifest ? .ociIndex : .dockerManifestList)
    }

    /// The same image with ordinary layers in the place of foreign ones, as Docker 28 and later push it: for registries that
    /// refuse manifests with URLs. The configuration, and so the image's ID, stays the same.
    ///
    /// - Returns: `nil` where the image has no foreign layer, or it is an index.
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
