import ImageModel

/// The `index.json` of docker's containerd store (Docker 25.0.17, 26.0.1 and later): one entry a name, in the order of the list.
enum IndexJSON {
    static func text(of images: [SavedImage]) -> [UInt8] {
        let sources = Sources(of: images)
        return Manifest.Content.index(images.map { entry(for: $0, sources: sources) }).savedJSON(as: .ociIndex)
    }

    private static func entry(for image: SavedImage, sources: Sources) -> Descriptor {
        var annotations = sources.annotations(of: image.top.digest)
        if image.isNamed, let tag = image.reference.tag {
            annotations[OCILayout.nameAnnotation] = image.reference.description
            annotations[OCILayout.tagAnnotation] = tag
        }
        var descriptor = image.top.descriptor
        descriptor.annotations = annotations
        return descriptor
    }

    /// Which repositories each manifest came from. Containerd notes it at the content, whatever name led there.
    private struct Sources {
        private var repositories: [Digest: [String: Set<String>]] = [:]

        init(of images: [SavedImage]) {
            for image in images {
                for manifest in image.manifests {
                    repositories[manifest.digest, default: [:]][Self.host(image.reference), default: []]
                        .insert(image.reference.path)
                }
            }
        }

        func annotations(of digest: Digest) -> [String: String] {
            var annotations: [String: String] = [:]
            for (host, paths) in repositories[digest] ?? [:] {
                annotations["containerd.io/distribution.source.\(host)"] = paths.sorted().joined(separator: ",")
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
