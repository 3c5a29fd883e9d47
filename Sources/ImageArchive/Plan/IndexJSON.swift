import OCI

/// The `index.json` of docker's containerd store (Docker 25.0.17, 26.0.1 and later): one entry a name, in the order of the list.
/// Referrers follow the images, sorted by digest, as in Docker 29.1.
enum IndexJSON {
    static func text(of images: [SavedImage]) -> [UInt8] {
        let sources = Sources(of: images)
        let entries = images.map { entry(for: $0, sources: sources) } + referrers(of: images, sources: sources)
        return Manifest.Content.index(entries).savedJSON(as: .ociIndex)
    }

    /// Returns the entries of the referrers, without duplicates.
    private static func referrers(of images: [SavedImage], sources: Sources) -> [Descriptor] {
        let entries = images.flatMap(\.referrers)
            .map { referrer in
                var descriptor = referrer.top.descriptor
                var annotations = sources.annotations(of: descriptor.digest)
                annotations[OCILayout.subjectAnnotation] = referrer.subject.description
                if let tag = referrer.reference.tag {
                    annotations[OCILayout.nameAnnotation] = referrer.reference.description
                    annotations[OCILayout.tagAnnotation] = tag
                } else {
                    annotations[OCILayout.repositoryAnnotation] = referrer.reference.name
                }
                descriptor.annotations = annotations
                return (key: "\(descriptor.digest) \(referrer.reference) \(referrer.subject)", descriptor)
            }
        var seen: Set<String> = []
        return entries.filter { seen.insert($0.key).inserted }.sorted { $0.key < $1.key }.map(\.1)
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
                for manifest in image.manifests { add(manifest, from: image.reference) }
                for referrer in image.referrers { add(referrer.top, from: referrer.reference) }
            }
        }

        private mutating func add(_ manifest: Manifest, from reference: Reference) {
            repositories[manifest.digest, default: [:]][OCILayout.host(ofDomain: reference.domain), default: []]
                .insert(reference.path)
        }

        func annotations(of digest: Digest) -> [String: String] {
            var annotations: [String: String] = [:]
            for (host, paths) in repositories[digest] ?? [:] {
                annotations["\(OCILayout.sourceAnnotation)\(host)"] = paths.sorted().joined(separator: ",")
            }
            return annotations
        }
    }
}
