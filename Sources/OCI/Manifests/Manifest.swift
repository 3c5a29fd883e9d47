/// An image manifest or an index, with its bytes and their digest (OCI image-spec manifest.md, image-index.md; docker's schema 2 and
/// manifest lists).
public struct Manifest: Sendable {
    /// The decoded fields.
    public enum Content: Sendable {
        /// An image: its config and its layers, lowest first.
        case image(configuration: Descriptor, layers: [Descriptor])
        /// An index or a manifest list: images, or other indexes.
        case index([Descriptor])
    }

    /// The bytes as served.
    package let bytes: [UInt8]
    package let digest: Digest
    /// The type in the bytes, else the type in the response or the descriptor, else OCI's.
    package let mediaType: MediaType
    /// The decoded fields.
    public let content: Content

    /// In bytes. Registries accept manifests of 4 MiB (distribution-spec), and few accept larger ones.
    package static let sizeLimit = 4 << 20

    /// Decodes a manifest.
    ///
    /// - Parameters:
    ///   - bytes: JSON of at most ``sizeLimit`` bytes.
    ///   - digest: The verified digest of the bytes.
    ///   - servedAs: The `Content-Type` of the response, or the media type of the descriptor.
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
        let type = own ?? servedAs.flatMap { $0.isIndex || $0.isManifest ? $0 : nil }
        switch (fields.manifests, fields.config, fields.layers) {
        case (let entries?, nil, nil):
            self.mediaType = type ?? .ociIndex
            guard mediaType.isIndex else { throw .unsupported(mediaType) }
            self.content = .index(entries)
        case (nil, let configuration?, let layers):
            self.mediaType = type ?? .ociManifest
            guard mediaType.isManifest else { throw .unsupported(mediaType) }
            self.content = .image(configuration: configuration, layers: layers ?? [])
        default:
            // With the fields of both, readers could differ about whether it is an image or an index (CVE-2021-41190).
            throw .ambiguous
        }
        self.bytes = bytes
        self.digest = digest
    }

    /// The descriptor of the manifest.
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

/// The reason why bytes cannot be used as a manifest.
public enum ManifestError: Error, Equatable, Sendable, CustomStringConvertible {
    /// More than ``Manifest/sizeLimit`` bytes.
    case tooLarge
    /// Invalid JSON, or JSON with other fields.
    case notJSON
    /// JSON with a duplicate field, which readers understand differently.
    case duplicateField(DuplicateFieldError)
    /// A descriptor with an impossible size.
    case size(DescriptorSizeError)
    /// Docker's schema 1, which docker 28.2 has removed.
    case schema1
    /// Neither an image nor an index, or both.
    case ambiguous
    /// A media type that is neither an image manifest's nor an index's.
    case unsupported(MediaType)

    /// A clause to follow the name of the manifest.
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
