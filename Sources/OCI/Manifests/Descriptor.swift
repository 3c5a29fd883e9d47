/// What a manifest or an index tells of a blob or of another manifest (OCI image-spec descriptor.md).
public struct Descriptor: Codable, Hashable, Sendable {
    /// Empty where the JSON has none.
    package var mediaType: MediaType
    /// Of the content's bytes.
    public var digest: Digest
    /// In bytes; from 0 to ``sizeLimit``.
    package var size: Int64
    /// Where else the content can be fetched from; a foreign layer may be in no registry.
    package var urls: [String]?
    /// Free text by key (annotations.md).
    package var annotations: [String: String]?
    /// In an index: the platform that the image is for.
    package var platform: Platform?
    /// In a list of referrers: what kind of artifact the manifest is.
    package var artifactType: String?

    /// The largest size that is accepted, in bytes: more than any content, and so little that thousands of sizes can be added up.
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

    /// Decodes a descriptor.
    ///
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

/// A descriptor states a size that no content can have.
public struct DescriptorSizeError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Of the content.
    package let digest: Digest
    /// As the descriptor states it, in bytes.
    package let size: Int64

    package init(digest: Digest, size: Int64) {
        self.digest = digest
        self.size = size
    }

    /// A clause without a subject before it.
    public var description: String { "\(digest) has \(size) bytes, which no content has" }
}
