import ImageModel

/// The `index.json` of docker's containerd store (Docker 25.0.17, 26.0.1 and later): one entry a name, in the order of the list.
enum IndexJSON {
    static func text(of images: [SavedImage]) -> [UInt8] {
        let sources = Sources(of: images)
        return
            GoJSON.object([
                ("schemaVersion", .integer(2)),
                ("mediaType", .string(MediaType.ociIndex.rawValue)),
                ("manifests", .array(images.map { entry(for: $0, sources: sources) })),
            ])
            .compact
    }

    private static func entry(for image: SavedImage, sources: Sources) -> GoJSON {
        var annotations = sources.annotations(of: image.top.digest)
        if image.isNamed, let tag = image.reference.tag {
            annotations["io.containerd.image.name"] = .string(image.reference.description)
            annotations["org.opencontainers.image.ref.name"] = .string(tag)
        }
        let descriptor = image.top.descriptor
        return .object([
            ("mediaType", .string(descriptor.mediaType.rawValue)),
            ("digest", .string(descriptor.digest.description)),
            ("size", .integer(descriptor.size)),
            ("annotations", .map(annotations)),
        ])
    }

    /// Which repositories each manifest came from. Containerd notes it at the content, whatever name led there.
    private struct Sources {
        private var repositories: [Digest: [String: Set<String>]] = [:]

        init(of images: [SavedImage]) {
            for image in images {
                for node in image.nodes {
                    repositories[node.digest, default: [:]][Self.host(image.reference), default: []]
                        .insert(image.reference.path)
                }
            }
        }

        func annotations(of digest: Digest) -> [String: GoJSON] {
            var annotations: [String: GoJSON] = [:]
            for (host, paths) in repositories[digest] ?? [:] {
                annotations["containerd.io/distribution.source.\(host)"] = .string(
                    paths.sorted().joined(separator: ",")
                )
            }
            return annotations
        }

        /// Without the port and without the brackets of IPv6, as containerd writes it (Go's `URL.Hostname`).
        private static func host(_ reference: Reference) -> String {
            let domain = reference.domain
            return String(domain.hasPrefix("[") ? domain.dropFirst().prefix { $0 != "]" } : domain.prefix { $0 != ":" })
        }
    }
}
