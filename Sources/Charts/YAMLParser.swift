import CYAML

/// A parser of the first document of a YAML text, by libyaml. One thread at a time uses it.
final class YAMLParser {
    /// The maximum depth of nodes.
    private static let depthLimit = 64
    /// The maximum number of nodes in a document. Nodes that aliases repeat count each time: a few aliases of aliases can have more nodes
    /// than fit in memory.
    private static let nodeLimit = 100_000

    /// An event of libyaml.
    private enum Event {
        case scalar(YAMLScalar, anchor: String?)
        case alias(String)
        case sequence(anchor: String?)
        case mapping(anchor: String?)
        /// The end of a sequence or a mapping.
        case end
        case documentEnd
        /// The beginning of the text or of a document.
        case beginning
    }

    /// Allocated, since libyaml's parser has pointers to itself.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private var anchors: [String: (node: YAMLNode, count: Int)] = [:]
    private var count = 0

    private init() throws(ChartFileError) {
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        guard yaml_parser_initialize(parser) == 1 else { throw ChartFileError("there is no memory to read it") }
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deinitialize(count: 1)
        parser.deallocate()
    }

    /// - Returns: `nil` if the text has no document.
    static func parse(_ text: [UInt8]) throws(ChartFileError) -> YAMLNode? {
        let parser = try YAMLParser()
        let result = text.withUnsafeBufferPointer { bytes in
            Result { () throws(ChartFileError) in
                yaml_parser_set_input_string(parser.parser, bytes.baseAddress, bytes.count)
                return try parser.document()
            }
        }
        return try result.get()
    }

    private func document() throws(ChartFileError) -> YAMLNode? {
        while true {
            let event = try next()
            switch event {
            case .beginning: continue
            case .documentEnd: return nil
            default: return try node(event, depth: 1)
            }
        }
    }

    private func node(_ event: Event, depth: Int) throws(ChartFileError) -> YAMLNode {
        guard depth <= Self.depthLimit else {
            throw ChartFileError("its nodes lie more than 64 deep in one another")
        }
        let before = count
        try add(1)
        let node: YAMLNode
        let name: String?
        switch event {
        case .scalar(let scalar, let anchor): (node, name) = (.scalar(scalar), anchor)
        case .sequence(let anchor): (node, name) = (.sequence(try nodes(depth)), anchor)
        case .mapping(let anchor): (node, name) = (.mapping(try entries(depth)), anchor)
        case .alias(let anchor):
            guard let known = anchors[anchor] else {
                throw ChartFileError("it has no node called \(anchor) before the alias")
            }
            try add(known.count)
            return known.node
        case .end, .documentEnd, .beginning: throw ChartFileError("it has an entry without a value")
        }
        if let name { anchors[name] = (node, count - before) }
        return node
    }

    private func nodes(_ depth: Int) throws(ChartFileError) -> [YAMLNode] {
        var nodes: [YAMLNode] = []
        while true {
            let event = try next()
            if case .end = event { return nodes }
            nodes.append(try node(event, depth: depth + 1))
        }
    }

    /// Returns the entries of a mapping. Entries merged by `<<` come first, since those of the mapping replace them.
    private func entries(_ depth: Int) throws(ChartFileError) -> [(key: YAMLNode, value: YAMLNode)] {
        var merged: [(key: YAMLNode, value: YAMLNode)] = []
        var own: [(key: YAMLNode, value: YAMLNode)] = []
        while true {
            let event = try next()
            if case .end = event { return merged + own }
            let key = try node(event, depth: depth + 1)
            let value = try node(try next(), depth: depth + 1)
            guard key.text == "<<" else {
                own.append((key, value))
                continue
            }
            let others = if case .sequence(let nodes) = value { Array(nodes.reversed()) } else { [value] }
            for case .mapping(let entries) in others { merged += entries }
        }
    }

    private func add(_ nodes: Int) throws(ChartFileError) {
        count += nodes
        guard count <= Self.nodeLimit else { throw ChartFileError("it has more than 100,000 nodes") }
    }

    private func next() throws(ChartFileError) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure }
        defer { yaml_event_delete(&event) }
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            let tag = Self.text(scalar.tag)
            let isText = scalar.plain_implicit == 0 && !Self.typeTags.contains(tag ?? "")
            return .scalar(YAMLScalar(text, isText: isText), anchor: Self.text(scalar.anchor))
        case YAML_ALIAS_EVENT: return .alias(Self.text(event.data.alias.anchor) ?? "")
        case YAML_SEQUENCE_START_EVENT: return .sequence(anchor: Self.text(event.data.sequence_start.anchor))
        case YAML_MAPPING_START_EVENT: return .mapping(anchor: Self.text(event.data.mapping_start.anchor))
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .end
        case YAML_DOCUMENT_END_EVENT, YAML_STREAM_END_EVENT: return .documentEnd
        default: return .beginning
        }
    }

    /// The tags of scalars that are not texts.
    private static let typeTags: Set = Set(["int", "float", "bool", "null"].map { "tag:yaml.org,2002:\($0)" })

    private static func text(_ start: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        start.map { String(cString: $0) }
    }

    private var failure: ChartFileError {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "it cannot be read"
        return ChartFileError("line \(parser.pointee.problem_mark.line + 1): \(problem)")
    }
}

extension ChartPackage {
    /// The version of the loaded libyaml, such as `0.2.5`.
    package static var yamlLibraryVersion: String { String(cString: yaml_get_version_string()) }
}

/// A node of a YAML document with resolved aliases.
indirect enum YAMLNode: Sendable {
    case scalar(YAMLScalar)
    case sequence([YAMLNode])
    /// The entries in the order of the document. The last entry of a key counts.
    case mapping([(key: YAMLNode, value: YAMLNode)])

    /// Whether the node is a null scalar, such as `~`.
    var isNull: Bool {
        if case .scalar(let scalar) = self, case .null = scalar.value { true } else { false }
    }

    /// The text of a scalar, as Go reads it into a string; `nil` for other nodes.
    var text: String? {
        if case .scalar(let scalar) = self { scalar.text } else { nil }
    }
}
