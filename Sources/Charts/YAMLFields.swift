import OCI

/// The fields of a YAML mapping as Go reads them into a struct: a name also counts in other letter case, unknown names do not count.
struct YAMLFields {
    private let values: [String: YAMLNode]
    private let path: String

    /// - Parameters:
    ///   - node: a mapping; `nil` and null have no fields.
    ///   - path: what the mapping is called in an error; empty for the whole document.
    init(_ node: YAMLNode?, called path: String = "") throws(ChartProblem) {
        self.path = path
        guard let node, !node.isNull else {
            values = [:]
            return
        }
        guard case .mapping(let entries) = node else {
            throw ChartProblem(path.isEmpty ? "it is no mapping" : "\(path) is no mapping")
        }
        values = Dictionary(entries.map { ($0.key.text ?? "", $0.value) }) { $1 }
    }

    /// The value of a field; `nil` where it is missing or null.
    private subscript(name: String) -> YAMLNode? {
        let value = values[name] ?? values.first { $0.key.lowercased() == name.lowercased() }?.value
        return value.flatMap { $0.isNull ? nil : $0 }
    }

    private func name(_ field: String) -> String { path.isEmpty ? field : "\(path).\(field)" }

    /// Whether there is a value.
    func has(_ field: String) -> Bool { self[field] != nil }

    func text(_ field: String) throws(ChartProblem) -> String {
        guard let node = self[field] else { return "" }
        guard let text = node.text else { throw ChartProblem("\(name(field)) is no text") }
        return text
    }

    func boolean(_ field: String) throws(ChartProblem) -> Bool {
        guard let node = self[field] else { return false }
        guard case .scalar(let scalar) = node, case .boolean(let value) = scalar.value else {
            throw ChartProblem("\(name(field)) is neither true nor false")
        }
        return value
    }

    func nodes(_ field: String) throws(ChartProblem) -> [YAMLNode] {
        guard let node = self[field] else { return [] }
        guard case .sequence(let nodes) = node else { throw ChartProblem("\(name(field)) is no list") }
        return nodes
    }

    func texts(_ field: String) throws(ChartProblem) -> [String] {
        var texts: [String] = []
        for node in try nodes(field) {
            guard let text = node.text else { throw ChartProblem("\(name(field)) has something else than texts") }
            texts.append(text)
        }
        return texts
    }

    /// The fields of each mapping of a list.
    func fields(_ field: String) throws(ChartProblem) -> [YAMLFields] {
        var fields: [YAMLFields] = []
        for (index, node) in try nodes(field).enumerated() {
            guard !node.isNull else { throw ChartProblem("\(name(field)) has an empty entry") }
            fields.append(try YAMLFields(node, called: "\(name(field))[\(index)]"))
        }
        return fields
    }

    func textsByKey(_ field: String) throws(ChartProblem) -> [String: String] {
        guard let node = self[field] else { return [:] }
        guard case .mapping(let entries) = node else { throw ChartProblem("\(name(field)) is no mapping") }
        var texts: [String: String] = [:]
        for (key, value) in entries {
            guard let key = key.text, let text = value.text else {
                throw ChartProblem("\(name(field)) has something else than texts")
            }
            texts[key] = text
        }
        return texts
    }

    /// A list of anything, as Go keeps it.
    func anything(_ field: String) throws(ChartProblem) -> [GoJSON] {
        var values: [GoJSON] = []
        for node in try nodes(field) { values.append(try json(node, field)) }
        return values
    }

    private func json(_ node: YAMLNode, _ field: String) throws(ChartProblem) -> GoJSON {
        switch node {
        case .scalar(let scalar):
            switch scalar.value {
            case .null: return .null
            case .boolean(let value): return .boolean(value)
            case .text(let text): return .string(text)
            case .integer(let text):
                if let number = Int64(text) { return .integer(number) }
                fallthrough
            case .float: throw ChartProblem("\(name(field)) has a number, which has no meaning there")
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

/// What is wrong with a chart's `Chart.yaml` or `requirements.yaml`, to follow the file's name.
struct ChartProblem: Error {
    let description: String

    init(_ description: String) { self.description = description }
}
