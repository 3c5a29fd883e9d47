import OCI

/// An item of `manifest.json`: an image by the names of its entries.
struct ManifestItem: Decodable, Sendable {
    let configuration: String
    let references: [Reference]
    let layers: [String]
    /// Whether docker has described each layer (`LayerSources`), which 25 and later do when they save from a graph driver.
    let hasLayerSources: Bool

    private enum CodingKeys: String, CodingKey {
        case configuration = "Config"
        case references = "RepoTags"
        case layers = "Layers"
        case layerSources = "LayerSources"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        configuration = try container.decode(String.self, forKey: .configuration)
        layers = try container.decodeIfPresent([String].self, forKey: .layers) ?? []
        let names = try container.decodeIfPresent([String].self, forKey: .references) ?? []
        references = try names.map { name in
            guard let reference = try? Reference(name), reference.tag != nil, reference.digest == nil else {
                throw InvalidTag(name: name)
            }
            return reference
        }
        let sources = try container.decodeIfPresent([String: Descriptor].self, forKey: .layerSources)
        hasLayerSources = !(sources ?? [:]).isEmpty
    }

    /// The digest in the name of the configuration: `HEX.json`, or `blobs/sha256/HEX`.
    var configurationDigest: Digest? {
        let file = configuration.split(separator: "/").last ?? ""
        return Digest("sha256:" + (file.hasSuffix(".json") ? file.dropLast(".json".count) : file))
    }

    /// Reads `manifest.json`.
    static func read(_ json: [UInt8]) throws -> [ManifestItem] {
        do {
            guard let items = try StrictJSON.decode([ManifestItem]?.self, from: json) else {
                throw ArchiveError.malformed(entry: "manifest.json", problem: "manifest cannot be null (but can be [])")
            }
            return items
        } catch let error as InvalidTag {
            throw ArchiveError.malformed(entry: "manifest.json", problem: "invalid tag \"\(error.name)\"")
        } catch let error as DuplicateFieldError {
            throw ArchiveError.malformed(entry: "manifest.json", problem: "it has \(error)")
        } catch let error as DescriptorSizeError {
            throw ArchiveError.malformed(entry: "manifest.json", problem: "it says that \(error)")
        } catch is DecodingError {
            throw ArchiveError.malformed(entry: "manifest.json", problem: "it is not the JSON of a list of images")
        }
    }

    private struct InvalidTag: Error {
        let name: String
    }
}
