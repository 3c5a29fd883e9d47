/// What a manifest or an index tells of a blob or of another manifest (OCI image-spec descriptor.md).
public struct Descriptor: Codable, Hashable, Sendable {
    /// Empty where the JSON has none.
    package var mediaType: MediaType
    /// Of the content's bytes.
    public var digest: Digest
    /// In bytes; never negative.
    package var size: Int64
    /// Where else the content can be fetched from; a foreign layer may be in no registry.
    package var urls: [String]?
    /// Free text by key (annotations.md).
    package var annotations: [String: String]?
    /// In an index: the platform that the image is for.
    package var platform: Platform?
    /// In a list of referrers: what kind of artifact the manifest is.
    package var artifactType: String?

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

    /// Decodes a descriptor; one without a digest or a size, or with a size below zero, is an error.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        mediaType = try container.decodeIfPresent(MediaType.self, forKey: .mediaType) ?? ""
        digest = try container.decode(Digest.self, forKey: .digest)
        size = try container.decode(Int64.self, forKey: .size)
        urls = try container.decodeIfPresent([String].self, forKey: .urls)
        annotations = try container.decodeIfPresent([String: String].self, forKey: .annotations)
        platform = try container.decodeIfPresent(Platform.self, forKey: .platform)
        artifactType = try container.decodeIfPresent(String.self, forKey: .artifactType)
        guard size >= 0 else {
            throw DecodingError.dataCorruptedError(forKey: .size, in: container, debugDescription: "a size below zero")
        }
    }

    package var isForeignLayer: Bool { mediaType.isForeignLayer }
}
