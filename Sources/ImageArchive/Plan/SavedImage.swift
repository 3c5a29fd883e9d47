import OCI

/// An image that is to be saved: its name, and the manifests that were chosen for it, as the registry has them.
package struct SavedImage: Sendable {
    /// The name, with a tag or a digest.
    package let reference: Reference
    /// The manifest or index that the name resolves to.
    package let top: Manifest
    /// The indexes and images below ``top`` that are wanted; empty where that is an image itself.
    package let descendants: [Manifest]
    /// The image that stands for the name in `manifest.json`.
    package let principal: Manifest

    /// Whether foreign layers are saved too, which only their publisher's URLs may serve.
    package let includesForeignLayers: Bool
    /// What refers to the manifests, and to these referrers. The image is whole without.
    package var referrers: [SavedReferrer] = []

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

    /// ``top`` and all below it.
    package var manifests: [Manifest] { [top] + descendants }

    /// The configurations and layers of all images. Docker's containerd store leaves foreign layers out
    /// (`WithSkipNonDistributableBlobs`).
    package var blobs: [Descriptor] {
        manifests.flatMap { manifest -> [Descriptor] in
            guard case .image(let configuration, let layers) = manifest.content else { return [] }
            return [configuration] + layers.filter { includesForeignLayers || !$0.isForeignLayer }
        }
    }

    /// The layers that ``blobs`` leaves out.
    package var foreignLayers: [Descriptor] {
        manifests.flatMap { manifest -> [Descriptor] in
            guard case .image(_, let layers) = manifest.content else { return [] }
            return layers.filter { !includesForeignLayers && $0.isForeignLayer }
        }
    }

    /// Whether it is a Helm chart, which has no layers that docker could unpack.
    package var isHelmChart: Bool {
        if case .image(let configuration, _) = principal.content {
            configuration.mediaType == .helmConfiguration
        } else {
            false
        }
    }

    /// Whether the archive bears the name: docker forgets a name that has a digest.
    package var isNamed: Bool { reference.digest == nil }
}
