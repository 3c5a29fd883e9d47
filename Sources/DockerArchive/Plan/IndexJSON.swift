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

    /// The repositories that each manifest came from, by registry. Containerd labels the content with them, so they are the same
    /// under every name.
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
                annotations["\(OCILayout.sourceAnnotation)\(host)"] = paths.sorted().joined(separator: ",")
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
