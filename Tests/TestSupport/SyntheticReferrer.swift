import OCI

/// A signature or another artifact that refers to a manifest, with one layer.
public struct SyntheticReferrer: Sendable {
    /// The media type of cosign's signatures (cosign, specs/SIGNATURE_SPEC.md).
    public static let signatureType = "application/vnd.dev.cosign.simplesigning.v1+json"

    /// The configuration's JSON, as cosign makes it.
    public let configuration = Array(
        #"{"architecture":"","os":"","rootfs":{"type":"layers","diff_ids":[]},"config":{}}"#.utf8
    )
    /// The one layer.
    public let layer: [UInt8]
    /// The manifest's JSON, of OCI's type.
    public let manifest: [UInt8]

    /// - Parameters:
    ///   - layerType: The media type of the layer.
    ///   - annotation: An annotation of the layer, as JSON: `"KEY":"VALUE"`.
    ///   - subject: The descriptor of the subject as JSON; `nil` if cosign's tag names it.
    ///   - artifactType: The artifact type of the manifest.
    public init(
        _ layer: String,
        layerType: String = signatureType,
        annotation: String? = nil,
        subject: String? = nil,
        artifactType: String? = nil
    ) {
        self.layer = Array(layer.utf8)
        let annotations = annotation.map { #","annotations":{\#($0)}"# } ?? ""
        let layer = SyntheticImage.descriptor(of: self.layer, layerType, annotations)
        let configuration = SyntheticImage.descriptor(of: configuration, MediaType.ociConfiguration.rawValue)
        let kind = artifactType.map { #""artifactType":"\#($0)","# } ?? ""
        let subject = subject.map { #","subject":\#($0),"annotations":{"made":"up"}"# } ?? ""
        manifest = Array(
            #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociManifest)",\#(kind)"config":\#(configuration),"layers":[\#(layer)]\#(subject)}"#
                .utf8
        )
    }

    /// The manifest's digest.
    public var digest: Digest { ContentHash.digest(of: manifest) }
}

extension FakeRegistry {
    /// Puts a referrer into a repository.
    ///
    /// - Returns: its digest.
    @discardableResult
    public func add(_ referrer: SyntheticReferrer, repository: String, tag: String? = nil) -> Digest {
        addBlob(referrer.configuration, repository: repository)
        addBlob(referrer.layer, repository: repository)
        return addManifest(referrer.manifest, mediaType: .ociManifest, repository: repository, tag: tag)
    }

    /// Signs a manifest as cosign does, with a signature that is none.
    @discardableResult
    public func sign(_ subject: String, repository: String, suffix: String = "sig") -> Digest {
        let tag = "\(subject.replacing(":", with: "-")).\(suffix)"
        return add(SyntheticReferrer("\(suffix) of \(subject)"), repository: repository, tag: tag)
    }

    /// Puts an artifact into a repository that refers to a manifest there by its `subject`.
    @discardableResult
    public func attach(_ text: String, to subject: String, repository: String) -> Digest {
        let there = manifest(repository, subject)
        let descriptor =
            #"{"mediaType":"\#(there?.mediaType ?? "")","digest":"\#(subject)","size":\#(there?.bytes.count ?? 0)}"#
        let referrer = SyntheticReferrer(
            text,
            layerType: "application/spdx+json",
            subject: descriptor,
            artifactType: "application/spdx+json"
        )
        return add(referrer, repository: repository)
    }

    /// Makes the list of a manifest's referrers that a registry without the API has under a tag.
    public func list(_ referrers: [Digest], of subject: String, repository: String) {
        let entries = referrers.compactMap { manifest(repository, $0.description) }
            .map { SyntheticImage.descriptor(of: $0.bytes, $0.mediaType) }
        let list =
            #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[\#(entries.joined(separator: ","))]}"#
        addManifest(
            Array(list.utf8),
            mediaType: .ociIndex,
            repository: repository,
            tag: subject.replacing(":", with: "-")
        )
    }
}
