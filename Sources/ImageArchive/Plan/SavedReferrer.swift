import OCI

/// A signature, an attestation or anything else that refers to a manifest of an image, and is saved with it.
package struct SavedReferrer: Sendable {
    /// The repository with cosign's tag, or with the digest of a referrer without a tag.
    package let reference: Reference
    /// The digest of the manifest that the referrer refers to.
    package let subject: Digest
    /// The manifest or index that the name resolves to.
    package let top: Manifest
    /// The manifests below ``top``; empty if ``top`` is not an index.
    package let descendants: [Manifest]

    package init(reference: Reference, subject: Digest, top: Manifest, descendants: [Manifest] = []) {
        self.reference = reference
        self.subject = subject
        self.top = top
        self.descendants = descendants
    }

    /// ``top`` and ``descendants``.
    package var manifests: [Manifest] { [top] + descendants }

    /// The configurations and layers, without foreign layers.
    package var blobs: [Descriptor] {
        manifests.flatMap { manifest -> [Descriptor] in
            guard case .image(let configuration, let layers) = manifest.content else { return [] }
            return [configuration] + layers.filter { !$0.isForeignLayer }
        }
    }
}
