import FoundationEssentials
import ImageArchive
import OCI
import Registry
import RegistryEngine
import Synchronization
import SystemIO
import TestSupport

extension EngineFixture {
    /// Pulls names of the source registry and saves those that could be pulled, as the command does.
    ///
    /// - Returns: the events of each name.
    @discardableResult
    func save(
        _ names: [String],
        as format: GraphDriverFormat,
        _ choice: PlatformChoice = .platforms([.linuxAMD64]),
        wrapping: OuterCompression = .gzip(level: 6),
        output: ArchiveOutput? = nil
    ) async throws -> [PullEvents.Event] {
        try await save(
            names,
            with: GraphDriverSaver(setup(choice, wrapping: wrapping, output: output), format: format)
        )
    }

    /// Puts an image into the source registry whose layers are as given.
    ///
    /// - Parameters:
    ///   - diffIDs: the diff IDs of the configuration; `nil` for the digests of `layers`.
    ///   - extra: members of the manifest's layer descriptors, `"name":value` with a comma in front.
    func addImage(
        _ repository: String,
        layers: [[UInt8]],
        diffIDs: [Digest]? = nil,
        os: String = "linux",
        type: String = "application/vnd.docker.image.rootfs.diff.tar.gzip",
        extra: String = "",
        holdsLayers: Bool = true
    ) {
        let digests = layers.map { ContentHash.digest(of: $0) }
        let list = (diffIDs ?? digests).map { #""\#($0)""# }.joined(separator: ",")
        let configuration = Array(
            #"{"architecture":"amd64","os":"\#(os)","rootfs":{"type":"layers","diff_ids":[\#(list)]}}"#.utf8
        )
        if holdsLayers { for layer in layers { source.addBlob(layer, repository: repository) } }
        let entries = zip(layers, digests)
            .map { layer, digest in
                #"{"mediaType":"\#(type)","size":\#(layer.count),"digest":"\#(digest)"\#(extra)}"#
            }
        let configurationDigest = source.addBlob(configuration, repository: repository)
        let manifest = """
            {"schemaVersion":2,"mediaType":"\(MediaType.dockerManifest)","config":{"mediaType":\
            "\(MediaType.dockerConfiguration)","size":\(configuration.count),"digest":"\(configurationDigest)"},\
            "layers":[\(entries.joined(separator: ","))]}
            """
        source.addManifest(Array(manifest.utf8), mediaType: .dockerManifest, repository: repository, tag: "v1")
    }
}

/// An archive as `tar` shows it: lines of its listing by name, and the contents of its files.
struct UnpackedArchive {
    struct Entry: Equatable {
        /// Mode, owner, size and the target of a link.
        var listed: String
        var time: String
        var content: String
    }

    let names: [String]
    var entries: [String: Entry] = [:]
    private let directory = try? TemporaryDirectory()

    /// - Parameters:
    ///   - path: a tar, gzipped or not.
    ///   - registry: the registry that the archive's texts name as `127.0.0.1:5001`.
    init(_ path: String, registry: String) throws {
        guard let directory else { throw TestSupportError("no directory for an archive") }
        let listing = try directory.shell("TZ=UTC tar --numeric-owner --full-time -tvf \(path)")
        try directory.shell("mkdir unpacked && tar -C unpacked -xf \(path)")
        var names: [String] = []
        for line in String(decoding: listing, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 5)
            let path = parts[5].split(separator: " -> ")
            let name = String(path[0])
            var size = String(parts[2])
            var content = ""
            if line.hasPrefix("-") {
                content = String(decoding: try directory.bytes("unpacked/\(name)"), as: UTF8.self)
                // Names of registries have ports of different lengths.
                let replaced = content.replacing(registry, with: "127.0.0.1:5001")
                if replaced != content { (content, size) = (replaced, String(replaced.utf8.count)) }
            }
            names.append(name)
            entries[name] = Entry(
                listed: "\(parts[0]) \(parts[1]) \(size) \(path.dropFirst().joined())",
                time: "\(parts[3]) \(parts[4])",
                content: content
            )
        }
        self.names = names
    }

    /// The items of `manifest.json`, whatever their order.
    func items() throws -> Set<Item> {
        Set(try JSONDecoder().decode([Item].self, from: Data((entries["manifest.json"]?.content ?? "").utf8)))
    }

    struct Item: Decodable, Hashable {
        var config: String
        var repoTags: [String]?
        var layers: [String]
        var layerSources: [String: Descriptor]?

        enum CodingKeys: String, CodingKey {
            case config = "Config"
            case repoTags = "RepoTags"
            case layers = "Layers"
            case layerSources = "LayerSources"
        }
    }

    /// The entries of `index.json`, whatever their order.
    func index() throws -> Set<Descriptor> {
        struct Index: Decodable {
            var manifests: [Descriptor]
        }
        guard let text = entries["index.json"]?.content else { return [] }
        return Set(try JSONDecoder().decode(Index.self, from: Data(text.utf8)).manifests)
    }
}
