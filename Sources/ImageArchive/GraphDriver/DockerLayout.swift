import OCI
import Tar

/// The archive that `docker save` of Docker 28 writes from a graph driver: an OCI layout with unpacked layers, and docker's
/// own `manifest.json`.
///
/// The OCI manifests have the sizes of the layers, and their entries are named by digest. So the order of the entries depends on
/// the sizes. The directory of the blobs has no time, as in Docker 29; that of 28 has the current time.
package struct DockerLayout: GraphDriverLayout {
    private let blobs: [GraphDriverEntry]
    private let images: [NamedImage]
    /// The maximum size of an OCI manifest's entry in bytes.
    private let largestManifest: Int
    /// Images without a name that `index.json` omits, as in docker (moby#51389).
    package let unlistedImages: [Reference]

    /// The layout of images in the order of the list.
    package init(of images: [GraphDriverImage]) {
        let items = NamedImage.merged(images)
        self.images = items
        var entries: [GraphDriverEntry] = []
        var written: Set<Digest> = []
        func add(_ digest: Digest, time: Int64, _ content: GraphDriverEntry.Content) {
            guard written.insert(digest).inserted else { return }
            let header = Self.header(OCILayout.path(of: digest), time)
            if case .bytes(let bytes) = content {
                entries.append(GraphDriverEntry(file: header, bytes))
            } else {
                entries.append(GraphDriverEntry(header, content))
            }
        }
        for item in items {
            let time = item.image.v1.modificationTime
            for (layer, v1) in zip(item.image.layers, item.image.v1Layers) {
                add(layer.diffID, time: time, .layer(layer.diffID))
                add(ContentHash.digest(of: v1.json), time: time, .bytes(v1.json))
            }
            add(item.image.id, time: time, .bytes(item.image.configuration))
        }
        let directory = TarHeader(
            name: "blobs/",
            kind: .directory,
            mode: 0o755,
            modificationTime: items.last?.image.v1.modificationTime ?? 0
        )
        let blobDirectory = TarHeader(name: "blobs/sha256/", kind: .directory, mode: 0o755)
        blobs = [GraphDriverEntry(directory), GraphDriverEntry(blobDirectory)] + entries
        largestManifest =
            items.map { item in
                let size = Int64(Self.manifest(of: item.image, size: { _ in .max }).count)
                return 2 * TarHeader.blockSize + Int(size)
            }
            .max() ?? 0
        unlistedImages = items.dropFirst().filter(\.names.isEmpty).map(\.image.reference)
    }

    /// The manifests are named by digests that depend on sizes.
    package var isSettled: Bool { false }

    /// Returns the entries. An image with a layer of unknown size has no manifest, and is neither in `index.json` nor in
    /// `manifest.json`.
    package func entries(_ sizes: [Digest: Int64]) -> [GraphDriverEntry] {
        var entries = blobs.map { $0.sized(sizes) }
        let complete = images.filter { $0.image.layers.allSatisfy { sizes[$0.diffID] != nil } }
        let manifests = complete.map { Self.manifest(of: $0.image) { sizes[$0] ?? 0 } }
        for bytes in manifests {
            let header = Self.header(OCILayout.path(of: ContentHash.digest(of: bytes)), 0)
            entries.append(GraphDriverEntry(file: header, bytes))
        }
        entries.append(GraphDriverEntry(file: Self.header("index.json", 0), Self.index(of: complete, manifests)))
        entries.append(GraphDriverEntry(file: Self.header("manifest.json", 0), Self.items(of: complete, sizes)))
        let marker = Array(#"{"imageLayoutVersion": "\#(OCILayout.version)"}"#.utf8)
        entries.append(GraphDriverEntry(file: Self.header("oci-layout", 0), marker))
        if let text = images.repositories({ $0.layers.last?.diffID.hex }) {
            entries.append(GraphDriverEntry(file: Self.header("repositories", 0), text))
        }
        return entries.inWalkingOrder()
    }

    /// Returns the space for the manifests that are likely to be sorted between two layers: digests are distributed evenly.
    package func spareSpace(between lower: Digest?, and upper: Digest) -> Int {
        let share = max(0, upper.position - (lower?.position ?? 0))
        let expected = Double(images.count) * share
        // Four standard deviations and three more leave a gap too small about once in a million gaps.
        let count = (expected + 4 * expected.squareRoot() + 3).rounded(.up)
        return min(images.count, Int(count)) * largestManifest
    }

    private static func header(_ name: String, _ time: Int64) -> TarHeader {
        TarHeader(name: name, mode: 0o644, modificationTime: time)
    }

    /// Returns the OCI manifest that docker generates for the image; foreign layers are described as in the registry's manifest.
    private static func manifest(of image: GraphDriverImage, size: (Digest) -> Int64) -> [UInt8] {
        let configuration = Descriptor(
            mediaType: .ociConfiguration,
            digest: image.id,
            size: Int64(image.configuration.count)
        )
        let layers = image.layers.map { $0.source(size: size($0.diffID)) }
        return Manifest.Content.image(configuration: configuration, layers: layers).savedJSON(as: .ociManifest)
    }

    private static func index(of items: [NamedImage], _ manifests: [[UInt8]]) -> [UInt8] {
        var entries: [Descriptor] = []
        for (item, bytes) in zip(items, manifests) {
            var descriptor = Descriptor(
                mediaType: .ociManifest,
                digest: ContentHash.digest(of: bytes),
                size: Int64(bytes.count)
            )
            // Docker lists an image without a name only as the first (moby#51389).
            if item.names.isEmpty, entries.isEmpty { entries.append(descriptor) }
            for name in item.names {
                descriptor.annotations = [
                    OCILayout.nameAnnotation: name.description,
                    OCILayout.tagAnnotation: name.tag ?? "",
                ]
                entries.append(descriptor)
            }
        }
        return Manifest.Content.index(entries).savedJSON(as: .ociIndex)
    }

    /// Returns the text of `manifest.json`.
    private static func items(of items: [NamedImage], _ sizes: [Digest: Int64]) -> [UInt8] {
        let items = items.map { item -> GoJSON in
            var sources: [String: GoJSON] = [:]
            for layer in item.image.layers {
                sources[layer.diffID.description] = layer.source(size: sizes[layer.diffID] ?? 0).distributionJSON
            }
            return .object([
                ("Config", .string(OCILayout.path(of: item.image.id))),
                ("RepoTags", item.repoTags),
                ("Layers", .array(item.image.layers.map { .string(OCILayout.path(of: $0.diffID)) })),
                ("LayerSources", .map(sources)),
            ])
        }
        return GoJSON.array(items).compact + [UInt8(ascii: "\n")]
    }
}

extension GraphDriverImage.Layer {
    /// Returns the archive's descriptor of the layer: of the uncompressed tar, or of the content of a foreign layer's URLs.
    fileprivate func source(size: Int64) -> Descriptor {
        guard !descriptor.isForeignLayer else { return descriptor }
        return Descriptor(mediaType: "application/vnd.oci.image.layer.v1.tar", digest: diffID, size: size)
    }
}

extension Digest {
    /// The position among all digests of the algorithm, from 0 to 1.
    fileprivate var position: Double {
        Double(UInt64(hex.prefix(16), radix: 16) ?? 0) / Double(UInt64.max)
    }
}
