/// An image manifest or an index: its bytes as they were served, their digest, and what they say (OCI image-spec manifest.md,
/// image-index.md; docker's schema 2 and manifest lists).
public struct Manifest: Sendable {
    /// What the bytes say.
    public enum Content: Sendable {
        /// One image: its configuration and its layers, lowest first.
        case image(configuration: Descriptor, layers: [Descriptor])
        /// The entries of an index or a manifest list: images, or further indexes.
        case index([Descriptor])
    }

    /// The bytes, never changed.
    package let bytes: [UInt8]
    /// Of the bytes.
    package let digest: Digest
    /// The type in the bytes, else the type that they were served as, else OCI's.
    package let mediaType: MediaType
    /// What they say.
    public let content: Content

    /// In bytes. Registries take manifests of 4 MiB (distribution-spec), and few take larger ones.
    package static let sizeLimit = 4 << 20

    /// Reads a manifest.
    ///
    /// - Parameters:
    ///   - bytes: JSON of at most ``sizeLimit`` bytes.
    ///   - digest: of the bytes, already verified.
    ///   - servedAs: the `Content-Type` of the answer, or the type in the descriptor that led here.
    /// - Throws: ``ManifestError``.
    public init(bytes: [UInt8], digest: Digest, servedAs: MediaType? = nil) throws(ManifestError) {
        guard bytes.count <= Self.sizeLimit else { throw .tooLarge }
        let fields: Fields
        do {
            fields = try StrictJSON.decode(Fields.self, from: bytes)
        } catch let error as DuplicateFieldError {
            throw .duplicateField(error)
        } catch let error as DescriptorSizeError {
            throw .size(error)
        } catch {
            throw .notJSON
        }
        guard fields.schemaVersion != 1 else { throw .schema1 }

        let own = fields.mediaType.flatMap { $0.rawValue.isEmpty ? nil : $0 }
        let told = own ?? servedAs.flatMap { $0.isIndex || $0.isManifest ? $0 : nil }
        switch (fields.manifests, fields.config, fields.layers) {
        case (let entries?, nil, nil):
            self.mediaType = told ?? .ociIndex
            guard mediaType.isIndex else { throw .unsupported(mediaType) }
            self.content = .index(entries)
        case (nil, let configuration?, let layers):
            self.mediaType = told ?? .ociManifest
            guard mediaType.isManifest else { throw .unsupported(mediaType) }
            self.content = .image(configuration: configuration, layers: layers ?? [])
        default:
            // With the fields of both, one reader could take it for an image and another for an index (CVE-2021-41190).
            throw .ambiguous
        }
        self.bytes = bytes
        self.digest = digest
    }

    /// The type, digest and size of the manifest itself.
    package var descriptor: Descriptor {
        Descriptor(mediaType: mediaType, digest: digest, size: Int64(bytes.count))
    }

    private struct Fields: Decodable {
        var schemaVersion: Int?
        var mediaType: MediaType?
        var config: Descriptor?
        var layers: [Descriptor]?
        var manifests: [Descriptor]?
    }
}

/// Why bytes cannot be used as a manifest.
public enum ManifestError: Error, Equatable, Sendable, CustomStringConvertible {
    /// More than ``Manifest/sizeLimit`` bytes.
    case tooLarge
    /// No JSON, or JSON whose fields are not a manifest's.
    case notJSON
    /// JSON that readers understand differently.
    case duplicateField(DuplicateFieldError)
    /// A size that no content has.
    case size(DescriptorSizeError)
    /// Docker's schema 1, which docker itself has dropped (28.2).
    case schema1
    /// Neither an image nor an index, or both at once.
    case ambiguous
    /// A media type of neither an image manifest nor an index.
    case unsupported(MediaType)

    /// A clause to follow the manifest's name.
    public var description: String {
        switch self {
        case .tooLarge: "the manifest is larger than 4 MiB"
        case .notJSON: "the manifest is not the JSON of a manifest"
        case .duplicateField(let error):
            "the manifest has \(error), and readers differ about which one counts: push the image again"
        case .size(let error): "the manifest says that \(error): push the image again"
        case .schema1:
            "the manifest is of schema 1, which docker no longer supports: push the image again with a newer docker"
        case .ambiguous: "the manifest is neither an image nor an index"
        case .unsupported(let mediaType): "unsupported media type \(mediaType)"
        }
    }
}
