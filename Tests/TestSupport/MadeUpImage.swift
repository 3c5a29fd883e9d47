import Hashing
import ImageModel

/// An image that a test makes up: a configuration, and layers with a file each.
public struct MadeUpImage: Sendable {
    /// Its name with the tag.
    public let name: String
    /// Its configuration's JSON.
    public let configuration: [UInt8]
    /// The uncompressed tars of its layers, lowest first.
    public let layers: [[UInt8]]

    /// An image whose layers have these texts in a file called `file`.
    public init(_ name: String, layers texts: [String]) throws {
        self.name = name
        layers = try texts.map { try MadeUpTar([MadeUpTar.Entry("file", $0)]).bytes() }
        let diffIDs = layers.map { #""\#(SHA256.digest(of: $0))""# }.joined(separator: ",")
        let rootFS = #"{"type":"layers","diff_ids":[\#(diffIDs)]}"#
        configuration = Array(
            #"{"architecture":"amd64","os":"linux","comment":"\#(name)","rootfs":\#(rootFS)}"#.utf8
        )
    }

    /// The name of its configuration's entry.
    public var configurationName: String { "\(SHA256.digest(of: configuration).hex).json" }

    /// The names of its layers' entries, lowest first.
    public var layerNames: [String] { layers.map { "\(SHA256.digest(of: $0).hex)/layer.tar" } }

    /// An archive of images in the layout that docker wrote up to 24, but for what no version reads.
    public static func archive(_ images: [MadeUpImage]) -> MadeUpTar {
        var tar = MadeUpTar()
        for image in images {
            for (name, layer) in zip(image.layerNames, image.layers) { tar[name] = layer }
            tar[image.configurationName] = image.configuration
        }
        tar["manifest.json"] = manifest(images)
        return tar
    }

    /// The `manifest.json` of images.
    public static func manifest(_ images: [MadeUpImage]) -> [UInt8] {
        let items = images.map { image in
            let layers = image.layerNames.map { #""\#($0)""# }.joined(separator: ",")
            return #"{"Config":"\#(image.configurationName)","RepoTags":["\#(image.name)"],"Layers":[\#(layers)]}"#
        }
        return Array("[\(items.joined(separator: ","))]\n".utf8)
    }
}
