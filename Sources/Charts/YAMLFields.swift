import OCI

/// The fields of a YAML mapping, read as Go reads them into a struct: names are case-insensitive, and unknown names are ignored.
struct YAMLFields {
    private let values: [String: YAMLNode]
    private let path: String

    /// - Parameters:
    ///   - node: A mapping; `nil` and null have no fields.
    ///   - path: The name of the mapping in errors; empty for the document.
    init(_ node: YAMLNode?, called path: String = "") throws(ChartFileError) {
        self.path = path
        guard let node, !node.isNull else {
            values = [:]
            return
        }
        guard case .mapping(let entries) = node else {
            throw ChartFileError(path.isEmpty ? "it is no mapping" : "\(path) is no mapping")
        }
        values = Dictionary(entries.map { ($0.key.text ?? "", $0.value) }) { $1 }
    }

    /// The value of a field; `nil` if the field is missing or null.
    private subscript(name: String) -> YAMLNode? {
        let value = values[name] ?? values.first { $0.key.lowercased() == name.lowercased() }?.value
        return value.flatMap { $0.isNull ? nil : $0 }
    }

    private func name(_ field: String) -> String { path.isEmpty ? field : "\(path).\(field)" }

    /// Whether the field has a value.
    func has(_ field: String) -> Bool { self[field] != nil }

    func text(_ field: String) throws(ChartFileError) -> String {
        guard let node = self[field] else { return "" }
        guard let text = node.text else { throw ChartFileError("\(name(field)) is no text") }
        return text
    }

    func boolean(_ field: String) throws(ChartFileError) -> Bool {
        guard let node = self[field] else { return false }
        guard case .scalar(let scalar) = node, case .boolean(let value) = scalar.value else {
            throw ChartFileError("\(name(field)) is neither true nor false")
        }
        return value
    }

    func nodes(_ field: String) throws(ChartFileError) -> [YAMLNode] {
        guard let node = self[field] else { return [] }
        guard case .sequence(let nodes) = node else { throw ChartFileError("\(name(field)) is no list") }
        return nodes
    }

    func texts(_ field: String) throws(ChartFileError) -> [String] {
        var texts: [String] = []
        for node in try nodes(field) {
            guard let text = node.text else { throw ChartFileError("\(name(field)) has something else than texts") }
            texts.append(text)
        }
        return texts
    }

    /// Returns the fields of each mapping in a list.
    func fields(_ field: String) throws(ChartFileError) -> [YAMLFields] {
        var fields: [YAMLFields] = []
        for (index, node) in try nodes(field).enumerated() {
            guard !node.isNull else { throw ChartFileError("\(name(field)) has an empty entry") }
            fields.append(try YAMLFields(node, called: "\(name(field))[\(index)]"))
        }
        return fields
    }

    func textsByKey(_ field: String) throws(ChartFileError) -> [String: String] {
        guard let node = self[field] else { return [:] }
        guard case .mapping(let entries) = node else { throw ChartFileError("\(name(field)) is no mapping") }
        var texts: [String: String] = [:]
        for (key, value) in entries {
            guard let key = key.text, let text = value.text else {
                throw ChartFileError("\(name(field)) has something else than texts")
            }
            texts[key] = text
        }
        return texts
    }

    /// Returns a list of values of any type.
    func anything(_ field: String) throws(ChartFileError) -> [GoJSON] {
        var values: [GoJSON] = []
        for node in try nodes(field) { values.append(try json(node, field)) }
        return values
    }

    private func json(_ node: YAMLNode, _ field: String) throws(ChartFileError) -> GoJSON {
        switch node {
        case .scalar(let scalar):
            switch scalar.value {
            case .null: return .null
            case .boolean(let value): return .boolean(value)
            case .text(let text): return .string(text)
            case .integer(let text):
                if let number = Int64(text) { return .integer(number) }
                fallthrough
            case .float: throw ChartFileError("\(name(field)) has a number, which has no meaning there")
            }
        case .sequence(let nodes):
            var values: [GoJSON] = []
            for node in nodes { values.append(try json(node, field)) }
            return .array(values)
        case .mapping(let entries):
            var values: [String: GoJSON] = [:]
            for (key, value) in entries { values[key.text ?? ""] = try json(value, field) }
            return .map(values)
        }
    }
}
