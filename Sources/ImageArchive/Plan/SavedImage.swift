import OCI

/// An image to save: its name, and the manifests that were selected for it, unchanged from the registry.
package struct SavedImage: Sendable {
    /// The name, with a tag or a digest.
    package let reference: Reference
    /// The manifest or index that the name resolves to.
    package let top: Manifest
    /// The selected indexes and images below ``top``; empty if ``top`` is an image.
    package let descendants: [Manifest]
    /// The image that represents the name in `manifest.json`.
    package let principal: Manifest

    /// Whether foreign layers are saved too. Only their publisher's URLs may serve them.
    package let includesForeignLayers: Bool
    /// The referrers of the manifests, and the referrers of these. The image is complete without them.
    package var referrers: [SavedReferrer] = []
    /// The image as a graph driver stores it; `nil` for an archive of registry blobs.
    package var unpacked: GraphDriverImage?

    package init(
        reference: Reference,
        top: Manifest,
        descendants: [Manifest],
        principal: Manifest,
        includesForeignLayers: Bool = false
    ) {
        self.includesForeignLayers = includesForeignLayers
        self.reference = reference
        self.top = top
        self.descendants = descendants
        self.principal = principal
    }

    /// ``top`` and ``descendants``.
    package var manifests: [Manifest] { [top] + descendants }

    /// The configuration and the saved layers of each image. Docker's containerd store leaves foreign layers out
    /// (`WithSkipNonDistributableBlobs`).
    package var contents: [(configuration: Descriptor, layers: [Descriptor])] {
        manifests.compactMap { manifest in
            guard case .image(let configuration, let layers) = manifest.content else { return nil }
            return (configuration, layers.filter { includesForeignLayers || !$0.isForeignLayer })
        }
    }

    /// The configurations and layers of ``contents``.
    package var blobs: [Descriptor] { contents.flatMap { [$0.configuration] + $0.layers } }

    /// The layers that ``blobs`` omits.
    package var foreignLayers: [Descriptor] {
        manifests.flatMap { manifest -> [Descriptor] in
            guard case .image(_, let layers) = manifest.content else { return [] }
            return layers.filter { !includesForeignLayers && $0.isForeignLayer }
        }
    }

    /// Whether the image is a Helm chart, which has no layers that docker could unpack.
    package var isHelmChart: Bool {
        if case .image(let configuration, _) = principal.content {
            configuration.mediaType == .helmConfiguration
        } else {
            false
        }
    }

    /// Whether the archive has the name: docker drops a name with a digest.
    package var isNamed: Bool { reference.digest == nil }
}
