/// What a manifest or an index says of content: its type, digest and size (OCI image-spec descriptor.md).
public struct Descriptor: Codable, Hashable, Sendable {
    /// The type of the content.
    package var mediaType: MediaType
    /// The digest of the content.
    public var digest: Digest
    /// The size of the content in bytes; never negative.
    package var size: Int64
    /// Where else the content can be fetched from: foreign layers.
    package var urls: [String]?
    /// Free text by key.
    package var annotations: [String: String]?
    /// In an index: the platform that the image is for.
    package var platform: Platform?

    /// A descriptor of content.
    package init(
        mediaType: MediaType,
        digest: Digest,
        size: Int64,
        urls: [String]? = nil,
        annotations: [String: String]? = nil,
        platform: Platform? = nil
    ) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.urls = urls
        self.annotations = annotations
        self.platform = platform
    }

    /// From JSON; a negative size is corrupt.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        mediaType = try container.decodeIfPresent(MediaType.self, forKey: .mediaType) ?? ""
        digest = try container.decode(Digest.self, forKey: .digest)
        size = try container.decode(Int64.self, forKey: .size)
        urls = try container.decodeIfPresent([String].self, forKey: .urls)
        annotations = try container.decodeIfPresent([String: String].self, forKey: .annotations)
        platform = try container.decodeIfPresent(Platform.self, forKey: .platform)
        guard size >= 0 else {
            throw DecodingError.dataCorruptedError(forKey: .size, in: container, debugDescription: "a size below zero")
        }
    }

    /// Whether this describes a layer that is fetched from URLs of its own.
    package var isForeignLayer: Bool { mediaType.isForeignLayer }
}
