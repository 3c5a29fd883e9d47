import Compression
import OCI
import SystemIO

/// An image for a registry, built from the configuration and the layers of an archive.
public struct ComposedImage: Sendable {
    /// The manifest of schema 2 that docker would push.
    package let manifest: Manifest
    /// The configuration and the layers.
    public let blobs: [Digest: ArchivedContent]
}

/// Builds images for a registry from archived images without manifests: the configuration is kept unchanged, and each layer is
/// compressed, once for all images.
///
/// `@unchecked`: one thread at a time uses the composer. All threads can read the composed images.
public final class ImageComposer: @unchecked Sendable {
    private let entries: ArchiveEntries
    private let temporary: TemporarySpace
    /// Verified compressed layers, by diff ID.
    private var layers: [Digest: CompressedLayer]
    /// The results of the entries that were read, including damaged ones.
    private var outcomes: [String: Result<CompressedLayer, any Error>] = [:]

    /// A composer of an archive's images. Temporary space is checked, not yet used.
    ///
    /// - Parameter notice: called with a sentence about the temporary space for the layers of all images.
    /// - Throws: ``ArchiveError`` if there is too little space, or the archive cannot be read; `FileError`.
    public init(of archive: DockerArchive, notice: (String) -> Void = { _ in }) throws {
        entries = archive.entries
        temporary = archive.temporary
        layers = archive.layers
        let needed = try Self.spaceNeeded(for: archive.images.compactMap(\.item), in: entries)
        guard needed > 0 else { return }
        let spool = try temporary.spool()
        try spool.requireSpace(for: needed)
        notice(
            "\(archive.path) has layers to be compressed, which takes about \(needed) bytes of temporary space in"
                + " \(spool.directory)"
        )
    }

    /// Returns the approximate temporary space for the compressed layers of the images, in bytes.
    private static func spaceNeeded(for items: [ManifestItem], in entries: ArchiveEntries) throws -> Int64 {
        var seen: Set<String> = []
        return try items.flatMap(\.layers)
            .reduce(0) { sum, layer in
                guard let (name, content) = entries.file(called: layer), seen.insert(name).inserted,
                    !content.isCompressed
                else {
                    return sum
                }
                switch try format(of: content) {
                case .gzip: return sum
                // Layers shrink to a half or less.
                case .none: return sum + content.size / 2
                // The others shrink them a little further than gzip.
                case .bzip2, .xz, .zstd: return sum + content.size + content.size / 2
                }
            }
    }

    /// Builds an image; compressing its layers can take minutes.
    ///
    /// - Parameters:
    ///   - image: an image of the archive without an ``DockerArchive/Image/original``.
    ///   - ready: called with each blob as soon as it can be sent: the configuration, then the layers, lowest first.
    /// - Throws: ``ArchiveError`` with docker's text if the image contradicts itself; the errors of `ready`.
    public func compose(
        _ image: DockerArchive.Image,
        ready: (Descriptor, ArchivedContent) throws -> Void = { _, _ in }
    ) throws -> ComposedImage {
        guard let item = image.item else { preconditionFailure("an image with an original is not composed") }
        guard let content = entries[item.configuration] else { throw ArchiveError.missing(entry: item.configuration) }
        let bytes = try content.bytes(of: item.configuration, limit: ImageConfiguration.sizeLimit)
        let digest = ContentHash.digest(of: bytes)
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
        let configuration = Descriptor(mediaType: .dockerConfiguration, digest: digest, size: Int64(bytes.count))
        var blobs = [digest: content]
        try ready(configuration, content)
        var descriptors: [Descriptor] = []
        for (index, (name, diffID)) in zip(item.layers, diffIDs).enumerated() {
            let layer = try layer(name, diffID: diffID, index: index)
            descriptors.append(layer.descriptor)
            blobs[layer.descriptor.digest] = layer.content
            try ready(layer.descriptor, layer.content)
        }
        let manifest = try Manifest(
            pushing: .image(configuration: configuration, layers: descriptors),
            as: .dockerManifest
        )
        return ComposedImage(manifest: manifest, blobs: blobs)
    }

    private func layer(_ name: String, diffID: Digest, index: Int) throws -> CompressedLayer {
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
                let unpacked = try BoundedDecompressor(try content.open())
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
