/// The media types of manifests, configurations and layers (OCI image-spec media-types.md; docker's schema 2).
public struct MediaType: RawRepresentable, Hashable, Sendable, Codable, ExpressibleByStringLiteral {
    /// The text, as it stands in a descriptor or a `Content-Type`.
    public let rawValue: String

    /// Any text is a media type.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Any text is a media type, in a literal too.
    public init(stringLiteral value: String) { self.init(rawValue: value) }

    /// An OCI image index.
    package static let ociIndex: MediaType = "application/vnd.oci.image.index.v1+json"
    /// An OCI image manifest.
    package static let ociManifest: MediaType = "application/vnd.oci.image.manifest.v1+json"
    /// An OCI image configuration.
    package static let ociConfiguration: MediaType = "application/vnd.oci.image.config.v1+json"
    /// A docker manifest list.
    package static let dockerManifestList: MediaType = "application/vnd.docker.distribution.manifest.list.v2+json"
    /// A docker image manifest, version 2, schema 2.
    package static let dockerManifest: MediaType = "application/vnd.docker.distribution.manifest.v2+json"
    /// A docker image configuration.
    package static let dockerConfiguration: MediaType = "application/vnd.docker.container.image.v1+json"
    /// A docker layer, compressed with gzip.
    package static let dockerLayer: MediaType = "application/vnd.docker.image.rootfs.diff.tar.gzip"

    /// The configuration of a Helm chart: its metadata.
    package static let helmConfiguration: MediaType = "application/vnd.cncf.helm.config.v1+json"
    /// The `.tgz` of a Helm chart.
    package static let helmChart: MediaType = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
    /// The same, as Helm before 3.7 called it.
    package static let legacyHelmChart: MediaType = "application/tar+gzip"
    /// The signature of a Helm chart.
    package static let helmProvenance: MediaType = "application/vnd.cncf.helm.chart.provenance.v1.prov"

    /// What a client accepts when it asks for a manifest: lists first.
    package static let manifests: [MediaType] = [.ociIndex, .dockerManifestList, .ociManifest, .dockerManifest]

    /// An OCI image index, or a docker manifest list.
    package var isIndex: Bool { self == .ociIndex || self == .dockerManifestList }

    /// The manifest of one image, OCI's or docker's.
    package var isManifest: Bool { self == .ociManifest || self == .dockerManifest }

    /// Whether this names a layer that its publisher wants fetched from URLs of its own, and that docker's containerd store
    /// leaves out of archives (`images.IsNonDistributable` of containerd).
    package var isForeignLayer: Bool {
        rawValue.hasPrefix("application/vnd.docker.image.rootfs.foreign.")
            || rawValue.hasPrefix("application/vnd.oci.image.layer.nondistributable.")
    }

    /// The type of the same layer where it is not foreign.
    package var ordinaryLayer: MediaType {
        let prefixes = [
            ("application/vnd.docker.image.rootfs.foreign.", "application/vnd.docker.image.rootfs."),
            ("application/vnd.oci.image.layer.nondistributable.", "application/vnd.oci.image.layer."),
        ]
        for (foreign, ordinary) in prefixes where rawValue.hasPrefix(foreign) {
            return MediaType(rawValue: ordinary + rawValue.dropFirst(foreign.count))
        }
        return self
    }
}

extension MediaType: CustomStringConvertible {
    /// The same as ``rawValue``.
    public var description: String { rawValue }
}
