import OCI
import Tar

/// The archive that `docker save` of Docker 20.10.24 writes: a directory with a version 1 image for each layer.
///
/// Docker uses the current time for directories whose layer is a link. This layout uses the time of the image, so that the same
/// images always produce the same archive.
package struct LegacyLayout: GraphDriverLayout {
    private let directories: [GraphDriverEntry]
    private let images: [NamedImage]

    /// The layout of images in the order of the list.
    package init(of images: [GraphDriverImage]) {
        self.images = NamedImage.merged(images)
        var entries: [GraphDriverEntry] = []
        var directories: Set<String> = []
        /// The directory with the layer, by diff ID; the others link to it.
        var holders: [Digest: String] = [:]
        for item in self.images {
            for (layer, v1) in zip(item.image.layers, item.image.v1Layers) where directories.insert(v1.id.hex).inserted
            {
                let directory = v1.id.hex
                let time = item.image.v1.modificationTime
                entries += [
                    GraphDriverEntry(Self.header("\(directory)/", time, .directory, 0o40755)),
                    GraphDriverEntry(file: Self.header("\(directory)/VERSION", time), Array("1.0".utf8)),
                    GraphDriverEntry(file: Self.header("\(directory)/json", time), v1.json),
                ]
                if let holder = holders[layer.diffID] {
                    var link = Self.header("\(directory)/layer.tar", time, .symbolicLink, 0o120777)
                    link.linkName = "../\(holder)/layer.tar"
                    entries.append(GraphDriverEntry(link))
                } else {
                    holders[layer.diffID] = directory
                    entries.append(GraphDriverEntry(Self.header("\(directory)/layer.tar", time), .layer(layer.diffID)))
                }
            }
        }
        self.directories = entries
    }

    /// Only headers have sizes.
    package var isSettled: Bool { true }

    /// All entries.
    package func entries(_ sizes: [Digest: Int64]) -> [GraphDriverEntry] {
        var entries = directories.map { $0.sized(sizes) }
        for item in images {
            let header = Self.header("\(item.image.id.hex).json", item.image.v1.modificationTime)
            entries.append(GraphDriverEntry(file: header, item.image.configuration))
        }
        entries.append(GraphDriverEntry(file: Self.header("manifest.json", 0), manifest))
        if let text = images.repositories({ $0.v1Layers.last?.id.hex }) {
            entries.append(GraphDriverEntry(file: Self.header("repositories", 0), text))
        }
        return entries.inWalkingOrder()
    }

    /// No entry depends on sizes.
    package func spareSpace(between lower: Digest?, and upper: Digest) -> Int { 0 }

    private var manifest: [UInt8] {
        // The source of a directory is only listed for the first image that has it.
        var listed: Set<Digest> = []
        let items = images.map { item -> GoJSON in
            var sources: [String: GoJSON] = [:]
            for (layer, v1) in zip(item.image.layers, item.image.v1Layers) where listed.insert(v1.id).inserted {
                if layer.descriptor.isForeignLayer {
                    sources[layer.diffID.description] = layer.descriptor.distributionJSON
                }
            }
            var fields = GoFields()
            fields.add("Config", .string("\(item.image.id.hex).json"))
            fields.add("RepoTags", item.repoTags)
            fields.add("Layers", .array(item.image.v1Layers.map { .string("\($0.id.hex)/layer.tar") }))
            if !sources.isEmpty { fields.add("LayerSources", .map(sources)) }
            return .object(fields.fields)
        }
        return GoJSON.array(items).compact + [UInt8(ascii: "\n")]
    }

    /// Returns a header with the file type in the mode and the names of the owner, as in docker before 24.0.
    private static func header(
        _ name: String,
        _ time: Int64,
        _ kind: TarHeader.Kind = .file,
        _ mode: UInt32 = 0o100644
    ) -> TarHeader {
        TarHeader(
            name: name,
            kind: kind,
            mode: mode,
            modificationTime: time,
            userName: "root",
            groupName: "root"
        )
    }
}
