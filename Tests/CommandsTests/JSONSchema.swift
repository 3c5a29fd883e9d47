import FoundationEssentials

/// JSON of any form.
indirect enum JSONValue: Decodable, Equatable {
    case null
    case boolean(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(_ text: String) throws {
        self = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// A member of an object; `null` if there is none.
    subscript(name: String) -> JSONValue {
        if case .object(let members) = self { members[name] ?? .null } else { .null }
    }

    /// The elements of an array.
    var elements: [JSONValue] {
        if case .array(let elements) = self { elements } else { [] }
    }

    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var number: Double? {
        if case .number(let number) = self { number } else { nil }
    }
}

/// A schema of draft 2020-12 with the keywords of `docs/report.schema.json`. Any other keyword is a problem.
struct JSONSchema {
    private let root: JSONValue

    init(_ text: String) throws {
        root = try JSONValue(text)
    }

    /// Validates a document, and returns a sentence for each violation.
    func problems(of document: JSONValue) -> [String] { problems(of: document, root, at: "") }

    private func problems(of value: JSONValue, _ schema: JSONValue, at path: String) -> [String] {
        guard case .object(let keywords) = schema else { return ["\(path): the schema is no object"] }
        return keywords.sorted { $0.key < $1.key }
            .flatMap { keyword, rule -> [String] in
                let isKept: Bool
                switch (keyword, rule, value) {
                case ("$schema", _, _), ("title", _, _), ("$defs", _, _): return []
                case ("$ref", .string(let name), _):
                    let definition = root["$defs"][String(name.dropFirst("#/$defs/".count))]
                    return problems(of: value, definition, at: path)
                case ("type", .string(let name), _): isKept = Self.isOf(name, value)
                case ("type", .array(let names), _):
                    isKept = names.contains { name in Self.isOf(name.text ?? "", value) }
                case ("const", _, _): isKept = value == rule
                case ("enum", .array(let values), _): isKept = values.contains(value)
                case ("minimum", .number(let least), .number(let number)): isKept = number >= least
                case ("pattern", .string(let pattern), .string(let text)):
                    isKept = (try? Regex(pattern).firstMatch(in: text)) != nil
                case ("required", .array(let names), .object(let members)):
                    isKept = names.allSatisfy { members[$0.text ?? ""] != nil }
                case ("properties", .object(let rules), .object(let members)):
                    return members.flatMap { name, member in
                        rules[name].map { problems(of: member, $0, at: "\(path)/\(name)") } ?? []
                    }
                case ("additionalProperties", _, .object(let members)):
                    let others = members.filter { keywords["properties"]?[$0.key] ?? .null == .null }
                    guard rule != .boolean(false) else {
                        return others.keys.map { "\(path): \($0) is not in the schema" }
                    }
                    return others.flatMap { problems(of: $1, rule, at: "\(path)/\($0)") }
                case ("items", _, .array(let elements)):
                    return elements.enumerated().flatMap { problems(of: $1, rule, at: "\(path)/\($0)") }
                case ("minimum", .number, _), ("pattern", .string, _), ("required", .array, _),
                    ("properties", .object, _), ("additionalProperties", _, _), ("items", _, _):
                    return []
                default: return ["\(path): nobody knows the keyword \(keyword)"]
                }
                return isKept ? [] : ["\(path): \(value) breaks \(keyword) \(rule)"]
            }
    }

    private static func isOf(_ type: String, _ value: JSONValue) -> Bool {
        switch (type, value) {
        case ("null", .null), ("boolean", .boolean), ("number", .number), ("string", .string), ("array", .array),
            ("object", .object):
            true
        case ("integer", .number(let number)): number.rounded() == number
        default: false
        }
    }
}
