/// The media types of manifests, configurations and layers (OCI image-spec media-types.md; docker's schema 2).
public struct MediaType: RawRepresentable, Hashable, Sendable, Codable, ExpressibleByStringLiteral {
    /// The text in a descriptor or a `Content-Type`.
    public let rawValue: String

    /// Creates a media type of any text.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Creates a media type of any literal.
    public init(stringLiteral value: String) { self.init(rawValue: value) }

    package static let ociIndex: MediaType = "application/vnd.oci.image.index.v1+json"
    package static let ociManifest: MediaType = "application/vnd.oci.image.manifest.v1+json"
    package static let ociConfiguration: MediaType = "application/vnd.oci.image.config.v1+json"
    package static let dockerManifestList: MediaType = "application/vnd.docker.distribution.manifest.list.v2+json"
    /// An image manifest of docker's schema 2.
    package static let dockerManifest: MediaType = "application/vnd.docker.distribution.manifest.v2+json"
    package static let dockerConfiguration: MediaType = "application/vnd.docker.container.image.v1+json"
    /// A docker layer compressed with gzip.
    package static let dockerLayer: MediaType = "application/vnd.docker.image.rootfs.diff.tar.gzip"

    /// The config of a Helm chart: its metadata.
    package static let helmConfiguration: MediaType = "application/vnd.cncf.helm.config.v1+json"
    /// The `.tgz` of a Helm chart.
    package static let helmChart: MediaType = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
    /// The `.tgz` of a Helm chart, of Helm before 3.7.
    package static let legacyHelmChart: MediaType = "application/tar+gzip"
    /// The provenance file of a Helm chart, with its signature.
    package static let helmProvenance: MediaType = "application/vnd.cncf.helm.chart.provenance.v1.prov"

    /// The types that a client accepts for a manifest: indexes first.
    package static let manifests: [MediaType] = [.ociIndex, .dockerManifestList, .ociManifest, .dockerManifest]

    /// Whether the type is an OCI image index or a docker manifest list.
    package var isIndex: Bool { self == .ociIndex || self == .dockerManifestList }

    /// Whether the type is an image manifest, OCI's or docker's.
    package var isManifest: Bool { self == .ociManifest || self == .dockerManifest }

    /// Whether the type is a layer that is fetched from its publisher's URLs, and that docker's containerd store omits from archives
    /// (`images.IsNonDistributable` of containerd).
    package var isForeignLayer: Bool {
        rawValue.hasPrefix("application/vnd.docker.image.rootfs.foreign.")
            || rawValue.hasPrefix("application/vnd.oci.image.layer.nondistributable.")
    }

    /// The type of the same layer if it were not foreign.
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
    /// The text.
    public var description: String { rawValue }
}
