import ByteIO
import Compression
import Hashing
import ImageModel

/// Makes images for a registry of those that an archive has without their manifests: the configuration as it is, each layer
/// compressed, and the manifest of schema 2 that docker would push.
struct ImageComposer: Sendable {
    /// An image as a registry takes it.
    struct Composition {
        let manifest: Manifest
        let blobs: [Digest: ArchivedContent]
    }

    private let entries: ArchiveEntries
    private let temporary: TemporarySpace
    /// Compressed layers by diff ID; a layer of many images is compressed once.
    private var layers: [Digest: CompressedLayer]
    /// What was found out about an entry, be it only that it is damaged.
    private var outcomes: [String: Result<CompressedLayer, any Error>] = [:]

    /// - Parameter layers: those that have been compressed already.
    init(_ entries: ArchiveEntries, layers: [Digest: CompressedLayer], temporary: TemporarySpace) {
        self.entries = entries
        self.layers = layers
        self.temporary = temporary
    }

    /// How much temporary space it takes to compress the layers of all these images, about, in bytes.
    func spaceNeeded(for items: [ManifestItem]) throws -> Int64 {
        var seen: Set<String> = []
        return try items.flatMap(\.layers)
            .reduce(0) { sum, layer in
                guard let (name, content) = entries.file(called: layer), seen.insert(name).inserted,
                    !content.isCompressed
                else {
                    return sum
                }
                switch try Self.format(of: content) {
                case .gzip: return sum
                // Layers shrink to a half or less.
                case .none: return sum + content.size / 2
                // The others shrink them a little further than gzip.
                case .bzip2, .xz, .zstd: return sum + content.size + content.size / 2
                }
            }
    }

    /// Makes an image; compressing its layers can take minutes.
    ///
    /// - Throws: ``ArchiveError`` in docker's words where the image contradicts itself.
    mutating func compose(_ item: ManifestItem) throws -> Composition {
        guard let content = entries[item.configuration] else { throw ArchiveError.missing(entry: item.configuration) }
        let bytes = try content.bytes(of: item.configuration, limit: ImageConfiguration.sizeLimit)
        let digest = SHA256.digest(of: bytes)
        if let named = item.configurationDigest, named != digest {
            throw ArchiveError.damaged("its \(item.configuration) has the digest \(digest)")
        }
        guard let diffIDs = ImageConfiguration(bytes: bytes)?.diffIDs else {
            throw ArchiveError.malformed(entry: item.configuration, problem: "invalid image JSON, no RootFS key")
        }
        guard item.layers.count == diffIDs.count else {
            throw ArchiveError.malformed(
                entry: "manifest.json",
                problem: "invalid manifest, layers length mismatch: expected \(diffIDs.count), got \(item.layers.count)"
            )
        }
        let layers = try zip(item.layers, diffIDs).enumerated()
            .map { index, layer in
                try compressed(layer.0, diffID: layer.1, index: index)
            }
        let configuration = Descriptor(mediaType: .dockerConfiguration, digest: digest, size: Int64(bytes.count))
        var blobs = [digest: content]
        for layer in layers { blobs[layer.descriptor.digest] = layer.content }
        return Composition(
            manifest: try Manifest(
                pushing: .image(configuration: configuration, layers: layers.map(\.descriptor)),
                as: .dockerManifest
            ),
            blobs: blobs
        )
    }

    private mutating func compressed(_ name: String, diffID: Digest, index: Int) throws -> CompressedLayer {
        if let known = layers[diffID] { return known }
        guard let (name, content) = entries.file(called: name) else { throw ArchiveError.missing(entry: name) }
        let outcome = outcomes[name] ?? Result { try compressed(content, called: name) }
        outcomes[name] = outcome
        let layer = try outcome.get()
        guard layer.diffID == diffID else {
            throw ArchiveError.malformed(
                entry: name,
                problem: "invalid diffID for layer \(index): expected \"\(diffID)\", got \"\(layer.diffID)\""
            )
        }
        layers[diffID] = layer
        return layer
    }

    private func compressed(_ content: ArchivedContent, called name: String) throws -> CompressedLayer {
        do {
            switch try Self.format(of: content) {
            case .gzip:
                return try CompressedLayer(alreadyCompressed: content)
            case .none:
                return try CompressedLayer.compress(try content.open(), into: try temporary.spool()).layer
            case .bzip2, .xz, .zstd:
                let unpacked = try GuardedDecompressor(try content.open())
                return try CompressedLayer.compress(unpacked, into: try temporary.spool()).layer
            }
        } catch let error as CompressionError {
            throw ArchiveError.malformed(entry: name, problem: "\(error)")
        } catch ArchiveError.bomb(let packed, let unpacked) {
            throw ArchiveError.malformed(entry: name, problem: "\(packed) bytes of it unpack to more than \(unpacked)")
        }
    }

    private static func format(of content: ArchivedContent) throws -> CompressionFormat {
        .detect(try content.open().readBytes(CompressionFormat.prefixLength))
    }
}
