import FoundationEssentials
import OCI

/// An image as an engine with a graph driver pulls it: one configuration, and layers identified by their content.
package struct GraphDriverImage: Sendable {
    /// A layer by its content, and by its blob in the registry.
    package struct Layer: Sendable {
        /// The digest of its uncompressed tar, from the configuration.
        package let diffID: Digest
        /// The type, digest, size and URLs in the manifest.
        package let descriptor: Descriptor

        fileprivate init(diffID: Digest, _ layer: Descriptor) {
            self.diffID = diffID
            descriptor = Descriptor(
                mediaType: layer.mediaType,
                digest: layer.digest,
                size: layer.size,
                urls: layer.urls
            )
        }
    }

    /// The name, with a tag or a digest.
    package let reference: Reference
    /// The digest of the configuration, by SHA-256.
    package let id: Digest
    /// The layers, lowest first; at least one.
    package let layers: [Layer]
    /// The unchanged bytes of the configuration.
    let configuration: [UInt8]
    let v1: V1Image
    /// The version 1 images of the layers, lowest first.
    let v1Layers: [(id: Digest, json: [UInt8])]

    /// An image that was pulled.
    ///
    /// - Parameters:
    ///   - configuration: the bytes of the configuration.
    ///   - layers: the layers in the manifest.
    ///   - os: the selected operating system.
    ///   - format: the format of the archive.
    /// - Throws: ``GraphDriverError`` if docker would not have pulled or saved the image.
    package init(
        _ reference: Reference,
        configuration: [UInt8],
        layers: [Descriptor],
        os: String,
        format: GraphDriverFormat
    ) throws(GraphDriverError) {
        guard let rootFS = ImageConfiguration(bytes: configuration), let v1 = Self.v1(of: configuration) else {
            throw .invalidConfiguration
        }
        guard v1.os.isEmpty || v1.os.lowercased() == os else { throw .operatingSystem(v1.os, format) }
        guard let diffIDs = rootFS.diffIDs else { throw .noRootFS }
        // Docker only uses SHA-256, so a diff ID of another algorithm never matches.
        guard diffIDs.count == layers.count, diffIDs.allSatisfy({ $0.algorithm == .sha256 }) else {
            throw .layersMismatch
        }
        guard !layers.isEmpty else { throw .emptyExport }
        self.reference = reference
        self.id = ContentHash.digest(of: configuration)
        self.layers = zip(diffIDs, layers).map { Layer(diffID: $0, $1) }
        self.configuration = configuration
        self.v1 = v1
        self.v1Layers = Self.v1Layers(of: v1, diffIDs, format)
    }

    /// Verifies that docker accepts a configuration of this type; charts and other artifacts have other types.
    ///
    /// - Throws: ``GraphDriverError/mediaType(_:)``.
    package static func check(_ configuration: Descriptor) throws(GraphDriverError) {
        let type = configuration.mediaType.rawValue
        let isKnown =
            ["application/octet-stream", "application/json", "text/html", ""].contains(type)
            || type.hasPrefix("application/vnd.oci.image.") || type.hasPrefix("application/vnd.docker.")
        guard isKnown else { throw .mediaType(configuration.mediaType) }
    }

    /// Whether the archive has the name: docker drops a name with a digest.
    var isNamed: Bool { reference.digest == nil }

    private static func v1(of configuration: [UInt8]) -> V1Image? {
        try? StrictJSON.decode(V1Image.self, from: configuration)
    }

    private static func v1Layers(
        of top: V1Image,
        _ diffIDs: [Digest],
        _ format: GraphDriverFormat
    ) -> [(id: Digest, json: [UInt8])] {
        var layers: [(id: Digest, json: [UInt8])] = []
        var chainID: Digest?
        for (index, diffID) in diffIDs.enumerated() {
            let chain = chainID.map { ContentHash.digest(of: Array("\($0) \(diffID)".utf8)) } ?? diffID
            let parent = layers.last?.id
            var image = index == diffIDs.count - 1 ? top : V1Image()
            let id = image.id(chainID: chain, parent: parent, format)
            image.os = top.os
            layers.append((id, image.json(id: id.hex, parent: parent?.hex, format)))
            chainID = chain
        }
        return layers
    }
}

/// The reason that docker would not pull an image into a graph driver, or not save it from there, with docker's text.
package enum GraphDriverError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The configuration belongs to another artifact, such as a chart.
    case mediaType(MediaType)
    /// The image is for another operating system.
    case operatingSystem(String, GraphDriverFormat)
    /// The configuration is not the JSON that docker reads.
    case invalidConfiguration
    /// The configuration has no layers.
    case noRootFS
    /// The configuration has other layers than the manifest.
    case layersMismatch
    /// The image has no layers.
    case emptyExport

    /// Docker's message.
    package var description: String {
        switch self {
        case .mediaType(let type): "unsupported media type \(type)"
        case .operatingSystem(let os, .legacy): "image operating system \"\(os)\" cannot be used on this platform"
        case .operatingSystem(let os, .docker):
            "image operating system \"\(os)\" cannot be used on this platform: operating system is not supported"
        case .invalidConfiguration: "the image's configuration is not the JSON of an image's configuration"
        case .noRootFS: "invalid rootfs in image configuration"
        case .layersMismatch: "layers from manifest don't match image configuration"
        case .emptyExport: "empty export - not implemented"
        }
    }
}
