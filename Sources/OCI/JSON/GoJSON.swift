/// A JSON value whose text equals that of Go's `encoding/json` byte for byte. The fields of an object keep their order.
///
/// Archives and manifest lists must equal docker's, and docker is written in Go.
package indirect enum GoJSON: Sendable {
    case string(String)
    case integer(Int64)
    case boolean(Bool)
    /// `null`: a nil slice, map or pointer.
    case null
    case array([GoJSON])
    /// A struct: fields in order.
    case object([(name: String, value: GoJSON)])

    /// A Go map: an object with keys sorted bytewise.
    package static func map(_ entries: [String: GoJSON]) -> GoJSON {
        .object(entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { ($0.key, $0.value) })
    }

    /// An array of strings; `null` for a nil slice.
    package static func strings(_ values: [String]?) -> GoJSON {
        values.map { .array($0.map { .string($0) }) } ?? .null
    }

    /// The text of `json.Marshal`: without spaces or a final newline.
    package var compact: [UInt8] {
        var text: [UInt8] = []
        write(to: &text, indent: nil, depth: 0)
        return text
    }

    /// The text of `json.MarshalIndent` with an empty prefix, without a final newline.
    package func indented(by spaces: Int) -> [UInt8] {
        var text: [UInt8] = []
        write(to: &text, indent: spaces, depth: 0)
        return text
    }

    private func write(to text: inout [UInt8], indent: Int?, depth: Int) {
        switch self {
        case .string(let value): Self.writeString(value, to: &text)
        case .integer(let value): text += Array(String(value).utf8)
        case .boolean(let value): text += Array((value ? "true" : "false").utf8)
        case .null: text += Array("null".utf8)
        case .array(let values):
            Self.writeList(values, between: ("[", "]"), to: &text, indent: indent, depth: depth) { value, text in
                value.write(to: &text, indent: indent, depth: depth + 1)
            }
        case .object(let fields):
            Self.writeList(fields, between: ("{", "}"), to: &text, indent: indent, depth: depth) { field, text in
                Self.writeString(field.name, to: &text)
                text += Array((indent == nil ? ":" : ": ").utf8)
                field.value.write(to: &text, indent: indent, depth: depth + 1)
            }
        }
    }

    private static func writeList<Element>(
        _ elements: [Element],
        between marks: (open: Character, close: Character),
        to text: inout [UInt8],
        indent: Int?,
        depth: Int,
        each write: (Element, inout [UInt8]) -> Void
    ) {
        let newLine = { (text: inout [UInt8], depth: Int) in
            guard let indent else { return }
            text.append(UInt8(ascii: "\n"))
            text += [UInt8](repeating: UInt8(ascii: " "), count: indent * depth)
        }
        text += Array(marks.open.utf8)
        for (index, element) in elements.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            newLine(&text, depth + 1)
            write(element, &text)
        }
        if !elements.isEmpty { newLine(&text, depth) }
        text += Array(marks.close.utf8)
    }

    /// Writes a string as `SetEscapeHTML(true)` does, the default: also escapes `<`, `>`, `&` and Unicode's two line separators.
    private static func writeString(_ value: String, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += Array(#"\""#.utf8)
            case "\\": text += Array(#"\\"#.utf8)
            case "\n": text += Array(#"\n"#.utf8)
            case "\r": text += Array(#"\r"#.utf8)
            case "\t": text += Array(#"\t"#.utf8)
            case "\u{8}": text += Array(#"\b"#.utf8)
            case "\u{c}": text += Array(#"\f"#.utf8)
            case "<", ">", "&", "\u{2028}", "\u{2029}", "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                text +=
                    Array(#"\u"#.utf8) + Array(String(repeating: "0", count: 4 - digits.count).utf8)
                    + Array(digits.utf8)
            default: text += Array(String(scalar).utf8)
            }
        }
        text.append(UInt8(ascii: "\""))
    }
}

/// The JSON fields of a Go struct, in the struct's order.
package struct GoFields {
    package private(set) var fields: [(name: String, value: GoJSON)] = []

    package init() {}

    /// Adds a field without `omitempty`.
    package mutating func add(_ name: String, _ value: GoJSON) {
        fields.append((name, value))
    }

    /// Adds a field with `omitempty`: an empty, zero or `nil` value is omitted.
    package mutating func addUnlessEmpty(_ name: String, _ value: GoJSON?) {
        switch value {
        case nil, .null, .string(""), .integer(0), .boolean(false): return
        case .array(let values) where values.isEmpty: return
        case let value?: add(name, value)
        }
    }
}
