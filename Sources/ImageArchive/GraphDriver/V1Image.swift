import OCI
import SystemIO

/// An image as docker wrote it before 1.10, one a layer: `image.V1Image`. Archives still carry it.
struct V1Image: Decodable, Sendable {
    var comment = ""
    var created: Timestamp?
    var container = ""
    var containerConfiguration = ContainerConfiguration()
    var dockerVersion = ""
    var author = ""
    var configuration: ContainerConfiguration?
    var architecture = ""
    var variant = ""
    var os = ""
    var size: Int64 = 0

    /// The image of a layer that is not the top one.
    init() {
        created = Timestamp("1970-01-01T00:00:00Z")
    }

    /// Decodes an image's configuration; `id` and `parent` are passed over.
    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: GoKey.self)
        comment = try fields.field("comment") ?? ""
        container = try fields.field("container") ?? ""
        containerConfiguration = try fields.field("container_config") ?? ContainerConfiguration()
        dockerVersion = try fields.field("docker_version") ?? ""
        author = try fields.field("author") ?? ""
        configuration = try fields.field("config")
        architecture = try fields.field("architecture") ?? ""
        variant = try fields.field("variant") ?? ""
        os = try fields.field("os") ?? ""
        size = try fields.field("Size") ?? 0
        if let text: String = try fields.field("created") {
            created = Timestamp(text)
            guard created != nil else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "'created' is not a time of RFC 3339")
                )
            }
        }
    }

    /// When the image was made, for headers, in seconds since 1970: 0 where that is not known, was earlier, or is further away than
    /// docker takes for a time.
    var modificationTime: Int64 {
        let latest = Int64.max / 1_000_000_000
        guard let seconds = created?.seconds, (0...latest).contains(seconds) else { return 0 }
        return seconds
    }

    /// The JSON that stands for the image in an archive.
    ///
    /// - Parameters:
    ///   - id: the image's own, in hexadecimal digits.
    ///   - parent: that of the layer below.
    func json(id: String, parent: String?, _ format: GraphDriverFormat) -> [UInt8] {
        GoJSON.object(fields(id: id, parent: parent, format)).compact
    }

    /// The image's identifier: the digest of its JSON with that of its layers in it (`v1.CreateID` of moby).
    ///
    /// - Parameters:
    ///   - chainID: of the layers up to this one.
    ///   - parent: the identifier of the layer below.
    func id(chainID: Digest, parent: Digest?, _ format: GraphDriverFormat) -> Digest {
        var fields = fields(id: "", parent: nil, format)
        fields.append(("layer_id", .string(chainID.description)))
        if let parent { fields.append(("parent", .string(parent.description))) }
        // Go goes through a map here, which sorts the names, but those of the image itself alone.
        let sorted = fields.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        return ContentHash.digest(of: GoJSON.object(sorted).compact)
    }

    private func fields(
        id: String,
        parent: String?,
        _ format: GraphDriverFormat
    ) -> [(name: String, value: GoJSON)] {
        var fields = GoFields()
        fields.addUnlessEmpty("id", .string(id))
        fields.addUnlessEmpty("parent", parent.map { .string($0) })
        fields.addUnlessEmpty("comment", .string(comment))
        fields.add("created", created.map { .string($0.goText) } ?? format.absentTime)
        fields.addUnlessEmpty("container", .string(container))
        fields.add("container_config", containerConfiguration.json(format))
        fields.addUnlessEmpty("docker_version", .string(dockerVersion))
        fields.addUnlessEmpty("author", .string(author))
        fields.addUnlessEmpty("config", configuration?.json(format))
        fields.addUnlessEmpty("architecture", .string(architecture))
        fields.addUnlessEmpty("variant", .string(variant))
        fields.addUnlessEmpty("os", .string(os))
        fields.addUnlessEmpty("Size", .integer(size))
        return fields.fields
    }
}

extension GraphDriverFormat {
    /// What is written for a time that is not known: docker has had a pointer for it since 25.
    fileprivate var absentTime: GoJSON {
        switch self {
        case .docker: .null
        case .legacy: .string("0001-01-01T00:00:00Z")
        }
    }
}
