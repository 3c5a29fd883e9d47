import OCI
import SystemIO

/// An image as docker wrote it before 1.10, one for each layer: `image.V1Image`. Archives still contain it.
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

    /// The image of a layer other than the top layer.
    init() {
        created = Timestamp("1970-01-01T00:00:00Z")
    }

    /// Decodes an image's configuration; `id` and `parent` are ignored.
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

    /// The creation time of the image for headers, in seconds since 1970; 0 if the time is unknown, earlier, or outside of the
    /// range that docker accepts.
    var modificationTime: Int64 {
        let latest = Int64.max / 1_000_000_000
        guard let seconds = created?.seconds, (0...latest).contains(seconds) else { return 0 }
        return seconds
    }

    /// Returns the JSON of the image in an archive.
    ///
    /// - Parameters:
    ///   - id: the image's identifier, in hexadecimal digits.
    ///   - parent: the identifier of the layer below.
    func json(id: String, parent: String?, _ format: GraphDriverFormat) -> [UInt8] {
        GoJSON.object(fields(id: id, parent: parent, format)).compact
    }

    /// Returns the image's identifier: the digest of its JSON, which includes the identifier of its layers (`v1.CreateID` of moby).
    ///
    /// - Parameters:
    ///   - chainID: the chain ID of the layers up to this one.
    ///   - parent: the identifier of the layer below.
    func id(chainID: Digest, parent: Digest?, _ format: GraphDriverFormat) -> Digest {
        var fields = fields(id: "", parent: nil, format)
        fields.append(("layer_id", .string(chainID.description)))
        if let parent { fields.append(("parent", .string(parent.description))) }
        // Go encodes a map here, which sorts the names of the image's own fields only.
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
    /// Returns the encoding of an unknown time: a pointer in Go since docker 25.
    fileprivate var absentTime: GoJSON {
        switch self {
        case .docker: .null
        case .legacy: .string("0001-01-01T00:00:00Z")
        }
    }
}
