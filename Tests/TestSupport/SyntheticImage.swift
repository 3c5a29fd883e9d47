import OCI

/// An image for tests: a configuration, and layers with one file each.
public struct SyntheticImage: Sendable {
    /// The reference with its tag.
    public let name: String
    /// The JSON of the configuration.
    public var configuration: [UInt8]
    /// The uncompressed tars of the layers, lowest first.
    public let layers: [[UInt8]]

    /// An image whose layers have these texts in a file called `file`.
    public init(_ name: String, layers texts: [String]) throws {
        self.name = name
        layers = try texts.map { try SyntheticTar([SyntheticTar.Entry("file", $0)]).bytes() }
        let diffIDs = layers.map { #""\#(ContentHash.digest(of: $0))""# }.joined(separator: ",")
        let rootFS = #"{"type":"layers","diff_ids":[\#(diffIDs)]}"#
        configuration = Array(
            #"{"architecture":"amd64","os":"linux","comment":"\#(name)","rootfs":\#(rootFS)}"#.utf8
        )
    }

    /// The entry name of the configuration.
    public var configurationName: String { "\(ContentHash.digest(of: configuration).hex).json" }

    /// The entry names of the layers, lowest first.
    public var layerNames: [String] { layers.map { "\(ContentHash.digest(of: $0).hex)/layer.tar" } }

    /// An archive of images in the layout of docker up to 24, without the entries that no version reads.
    public static func archive(_ images: [SyntheticImage]) -> SyntheticTar {
        var tar = SyntheticTar()
        for image in images {
            for (name, layer) in zip(image.layerNames, image.layers) { tar[name] = layer }
            tar[image.configurationName] = image.configuration
        }
        tar["manifest.json"] = manifest(images)
        return tar
    }

    /// The `manifest.json` of images.
    public static func manifest(_ images: [SyntheticImage]) -> [UInt8] {
        let items = images.map { image in
            let layers = image.layerNames.map { #""\#($0)""# }.joined(separator: ",")
            return #"{"Config":"\#(image.configurationName)","RepoTags":["\#(image.name)"],"Layers":[\#(layers)]}"#
        }
        return Array("[\(items.joined(separator: ","))]\n".utf8)
    }

    // MARK: As an OCI layout

    /// The entry name of a blob.
    public static func blobName(_ content: [UInt8]) -> String { "blobs/sha256/\(ContentHash.digest(of: content).hex)" }

    /// Its OCI manifest.
    public var manifest: [UInt8] {
        let layers = layers.map { Self.descriptor(of: $0, "application/vnd.oci.image.layer.v1.tar") }
        let configuration = Self.descriptor(of: configuration, MediaType.ociConfiguration.rawValue)
        return Array(
            #"{"schemaVersion":2,"config":\#(configuration),"layers":[\#(layers.joined(separator: ","))]}"#.utf8
        )
    }

    /// A descriptor as JSON.
    ///
    /// - Parameter more: The fields after those that all descriptors have.
    public static func descriptor(of content: [UInt8], _ mediaType: String, _ more: String = "") -> String {
        #"{"mediaType":"\#(mediaType)","digest":"\#(ContentHash.digest(of: content))","size":\#(content.count)\#(more)}"#
    }

    /// An archive of images as an OCI layout, as docker's containerd store writes it.
    public static func layout(_ images: [SyntheticImage]) -> SyntheticTar {
        var tar = SyntheticTar([SyntheticTar.Entry("oci-layout", #"{"imageLayoutVersion":"1.0.0"}"#)])
        for blob in images.flatMap({ [$0.configuration, $0.manifest] + $0.layers }) { tar[blobName(blob)] = blob }
        tar["index.json"] = index(images.map { ($0.name, $0.manifest, MediaType.ociManifest) })
        return tar
    }

    /// The `index.json` of an archive.
    public static func index(_ entries: [(name: String, manifest: [UInt8], mediaType: MediaType)]) -> [UInt8] {
        let entries = entries.map { entry in
            let annotations = #","annotations":{"io.containerd.image.name":"\#(entry.name)"}"#
            return descriptor(of: entry.manifest, entry.mediaType.rawValue, annotations)
        }
        return Array(#"{"schemaVersion":2,"manifests":[\#(entries.joined(separator: ","))]}"#.utf8)
    }
}
