import ImageModel

/// An image that is to be saved: its name, and the manifests that were chosen for it, as they came.
public struct SavedImage: Sendable {
    /// A manifest with the digest of its bytes.
    public struct Node: Sendable {
        /// The digest of the manifest's bytes.
        public let digest: Digest
        /// The manifest.
        public let manifest: Manifest

        /// A manifest whose digest is known.
        public init(digest: Digest, manifest: Manifest) {
            self.digest = digest
            self.manifest = manifest
        }

        /// The type, digest and size of the manifest itself.
        public var descriptor: Descriptor {
            Descriptor(mediaType: manifest.mediaType, digest: digest, size: Int64(manifest.bytes.count))
        }
    }

    /// The name, with a tag or a digest.
    public let reference: Reference
    /// What the name leads to.
    public let top: Node
    /// The indexes and images below ``top`` that are wanted; empty where that is an image itself.
    public let descendants: [Node]
    /// The image that stands for the name in `manifest.json`.
    public let principal: Node

    /// Whether the archive has foreign layers too, which only their publisher's URLs may serve.
    public let includesForeignLayers: Bool

    /// An image to be saved.
    public init(
        reference: Reference,
        top: Node,
        descendants: [Node],
        principal: Node,
        includesForeignLayers: Bool = false
    ) {
        self.includesForeignLayers = includesForeignLayers
        self.reference = reference
        self.top = top
        self.descendants = descendants
        self.principal = principal
    }

    /// ``top`` and all below it.
    public var nodes: [Node] { [top] + descendants }

    /// The configurations and layers of all images. Docker's containerd store leaves foreign layers out
    /// (`WithSkipNonDistributableBlobs`).
    public var blobs: [Descriptor] {
        nodes.flatMap { node -> [Descriptor] in
            guard case .image(let configuration, let layers) = node.manifest.content else { return [] }
            return [configuration] + layers.filter { includesForeignLayers || !$0.isForeignLayer }
        }
    }

    /// The layers that ``blobs`` leaves out.
    public var foreignLayers: [Descriptor] {
        nodes.flatMap { node -> [Descriptor] in
            guard case .image(_, let layers) = node.manifest.content else { return [] }
            return layers.filter { !includesForeignLayers && $0.isForeignLayer }
        }
    }

    /// Whether the archive bears the name: docker forgets a name that has a digest.
    public var isNamed: Bool { reference.digest == nil }
}
