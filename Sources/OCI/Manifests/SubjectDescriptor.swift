import FoundationEssentials

/// That a manifest refers to another one: a signature, an attestation or a bill of materials to an image (OCI image-spec manifest.md and
/// image-index.md, `subject`).
package struct SubjectDescriptor: Sendable {
    /// What the manifest refers to.
    package let subject: Digest
    /// The manifest as a list of referrers has it, with its kind and its annotations (distribution-spec 1.1, "Listing Referrers").
    package let descriptor: Descriptor

    /// - Returns: `nil` where the manifest refers to nothing.
    package init?(of manifest: Manifest) {
        guard let fields = try? JSONDecoder().decode(Fields.self, from: Data(manifest.bytes)),
            let subject = fields.subject
        else { return nil }
        self.subject = subject.digest
        var descriptor = manifest.descriptor
        descriptor.artifactType = fields.artifactType ?? fields.config?.mediaType
        descriptor.annotations = fields.annotations
        self.descriptor = descriptor
    }

    private struct Fields: Decodable {
        struct Configuration: Decodable { var mediaType: String? }

        var subject: Descriptor?
        var artifactType: String?
        var config: Configuration?
        var annotations: [String: String]?
    }
}

extension Digest {
    /// The tag of the list of what refers to a manifest, in registries without the referrers API (distribution-spec 1.1, "Referrers
    /// Tag Schema").
    package var referrersTag: String { "\(algorithm)-\(hex.prefix(64))" }

    /// The tags by which cosign finds the signatures, attestations and bills of materials of a manifest.
    package var cosignTags: [String] { ["sig", "att", "sbom"].map { "\(algorithm)-\(hex).\($0)" } }
}
