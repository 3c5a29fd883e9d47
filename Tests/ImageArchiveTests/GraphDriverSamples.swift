import Compression
import FoundationEssentials
import ImageArchive
import OCI
import SystemIO
import Tar
import TestSupport

/// An archive that a docker with a graph driver made, taken apart: its entries, its images in docker's order, and its layers.
struct GraphDriverSample {
    let entries: [RawEntry]
    let images: [GraphDriverImage]
    let layers: [Digest: [UInt8]]

    /// - Parameter name: of the fixture, a tar or a gzip of one.
    init(_ name: String, _ format: GraphDriverFormat) throws {
        let tar = try content(of: Decompressor(MemorySource(try Fixtures.bytes(name))))
        let entries = try rawEntries(of: tar)
        let files = Dictionary(uniqueKeysWithValues: entries.map { ($0.header.name, $0) })
        func file(_ name: String) throws -> [UInt8] {
            guard let entry = files[name] else { throw TestSupportError("no entry \(name)") }
            guard entry.header.kind == .symbolicLink else { return entry.content }
            return try file(String(entry.header.linkName.dropFirst(3)))
        }
        struct Item: Decodable {
            var config: String
            var repoTags: [String]?
            var layers: [String]

            enum CodingKeys: String, CodingKey {
                case config = "Config"
                case repoTags = "RepoTags"
                case layers = "Layers"
            }
        }
        var layers: [Digest: [UInt8]] = [:]
        var images: [GraphDriverImage] = []
        for item in try JSONDecoder().decode([Item].self, from: Data(try file("manifest.json"))) {
            let contents = try item.layers.map(file)
            for content in contents { layers[ContentHash.digest(of: content)] = content }
            let configuration = try file(item.config)
            for name in item.repoTags ?? ["rancher/x@\(ContentHash.digest(of: configuration))"] {
                images.append(
                    try GraphDriverImage(
                        try Reference(name),
                        configuration: configuration,
                        layers: contents.map {
                            Descriptor(
                                mediaType: .dockerLayer,
                                digest: ContentHash.digest(of: $0),
                                size: Int64($0.count)
                            )
                        },
                        os: "linux",
                        format: format
                    )
                )
            }
        }
        self.entries = entries
        self.images = images
        self.layers = layers
    }
}

/// Has an archive of layers at hand written into an output, which is not committed.
///
/// - Parameter store: returns the layer as a registry would have it.
func write(
    _ layout: any GraphDriverLayout,
    _ layers: [Digest: [UInt8]],
    wrapping: OuterCompression,
    to output: ArchiveOutput,
    in directory: TemporaryDirectory,
    store: ([UInt8]) throws -> [UInt8] = { $0 }
) throws {
    let writer = try GraphDriverArchiveWriter(
        layout,
        wrapping: wrapping,
        to: output,
        temporaryDirectory: directory.path
    )
    for diffID in writer.layers {
        guard let content = layers[diffID] else { throw TestSupportError("no layer \(diffID)") }
        let layer = try writer.beginLayer()
        try store(content).withUnsafeBytes(layer.append)
        try layer.finish()
    }
    try writer.finish(as: layout)
}

/// The tar of an archive.
func tar(
    _ layout: any GraphDriverLayout,
    _ layers: [Digest: [UInt8]],
    wrapping: OuterCompression = .none,
    store: ([UInt8]) throws -> [UInt8] = { $0 }
) throws -> [UInt8] {
    let directory = try TemporaryDirectory()
    let output = try ArchiveOutput(path: directory.path("archive"))
    try write(layout, layers, wrapping: wrapping, to: output, in: directory, store: store)
    try output.commit()
    return try content(of: Decompressor(MemorySource(try directory.bytes("archive"))))
}

/// A layout of layers and texts in between, of which some come only when sizes are known.
struct SampleLayout: GraphDriverLayout {
    let layers: [Digest]
    var isSettled = true
    /// The number of bytes before each layer when all sizes are known.
    var late = 0
    var spare = 0
    /// Of the layers, once their sizes are known: one that fits no header makes that longer.
    var time: Int64 = 0

    func entries(_ sizes: [Digest: Int64]) -> [GraphDriverEntry] {
        var entries: [GraphDriverEntry] = []
        for (index, layer) in layers.enumerated() {
            entries.append(GraphDriverEntry(file: TarHeader(name: "\(index)-text"), Array("text \(index)".utf8)))
            if sizes.count == layers.count, late > 0 {
                entries.append(
                    GraphDriverEntry(file: TarHeader(name: "\(index)-late"), sampleBytes(late, seed: index))
                )
            }
            var header = TarHeader(name: "\(index)-layer", size: sizes[layer] ?? 0)
            if sizes[layer] != nil { header.modificationTime = time }
            entries.append(GraphDriverEntry(header, .layer(layer)))
        }
        return entries + [GraphDriverEntry(TarHeader(name: "end/", kind: .directory, mode: 0o755))]
    }

    func spareSpace(between lower: Digest?, and upper: Digest) -> Int { spare }

    static let contents = [
        sampleBytes(1_000_000, seed: 1), [UInt8](repeating: 0, count: 70_000), [], sampleBytes(513, seed: 2),
        Array(repeatElement(sampleBytes(700, seed: 3), count: 1000).joined()), sampleBytes(300_000, seed: 4),
    ]
    static let contentsByDigest = Dictionary(uniqueKeysWithValues: contents.map { (ContentHash.digest(of: $0), $0) })
    /// The diff IDs of the contents, in their order.
    static let allLayers = contents.map { ContentHash.digest(of: $0) }
}
