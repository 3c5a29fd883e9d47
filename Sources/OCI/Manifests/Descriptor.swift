/// A reference to a blob or a manifest: its media type, digest and size (OCI image-spec descriptor.md).
public struct Descriptor: Codable, Hashable, Sendable {
    /// Empty if the JSON has none.
    package var mediaType: MediaType
    /// The digest of the content.
    public var digest: Digest
    /// The size of the content in bytes, from 0 to ``sizeLimit``.
    package var size: Int64
    /// Other locations of the content; a foreign layer may be in no registry.
    package var urls: [String]?
    /// Text by key (annotations.md).
    package var annotations: [String: String]?
    /// In an index, the platform of the image.
    package var platform: Platform?
    /// In a list of referrers, the type of the artifact.
    package var artifactType: String?

    /// The maximum size in bytes: larger than any content, and small enough that the sum of thousands does not overflow.
    package static let sizeLimit: Int64 = 1 << 50

    package init(
        mediaType: MediaType,
        digest: Digest,
        size: Int64,
        urls: [String]? = nil,
        annotations: [String: String]? = nil,
        platform: Platform? = nil,
        artifactType: String? = nil
    ) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.urls = urls
        self.annotations = annotations
        self.platform = platform
        self.artifactType = artifactType
    }

    /// - Throws: `DecodingError` if the digest or the size is missing; ``DescriptorSizeError``.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        mediaType = try container.decodeIfPresent(MediaType.self, forKey: .mediaType) ?? ""
        digest = try container.decode(Digest.self, forKey: .digest)
        size = try container.decode(Int64.self, forKey: .size)
        urls = try container.decodeIfPresent([String].self, forKey: .urls)
        annotations = try container.decodeIfPresent([String: String].self, forKey: .annotations)
        platform = try container.decodeIfPresent(Platform.self, forKey: .platform)
        artifactType = try container.decodeIfPresent(String.self, forKey: .artifactType)
        guard (0...Self.sizeLimit).contains(size) else { throw DescriptorSizeError(digest: digest, size: size) }
    }

    package var isForeignLayer: Bool { mediaType.isForeignLayer }
}

/// A descriptor whose size is negative or above the limit.
public struct DescriptorSizeError: Error, Equatable, Sendable, CustomStringConvertible {
    package let digest: Digest
    /// In bytes.
    package let size: Int64

    package init(digest: Digest, size: Int64) {
        self.digest = digest
        self.size = size
    }

    /// A complete clause.
    public var description: String { "\(digest) has \(size) bytes, which no content has" }
}
