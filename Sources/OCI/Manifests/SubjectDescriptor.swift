import FoundationEssentials

/// A referrer with its subject: a signature, an attestation or a bill of materials of an image (OCI image-spec manifest.md and
/// image-index.md, `subject`).
package struct SubjectDescriptor: Sendable {
    /// The digest of the manifest that the referrer refers to.
    package let subject: Digest
    /// The descriptor of the referrer in a list of referrers (distribution-spec 1.1, "Listing Referrers").
    package let descriptor: Descriptor

    /// - Returns: `nil` if the manifest has no subject.
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
    /// The tag of the list of referrers in registries without the referrers API (distribution-spec 1.1, "Referrers Tag Schema").
    package var referrersTag: String { "\(algorithm)-\(hex.prefix(64))" }

    /// The tags of cosign for the signatures, attestations and bills of materials of a manifest.
    package var cosignTags: [String] { ["sig", "att", "sbom"].map { "\(algorithm)-\(hex).\($0)" } }
}
