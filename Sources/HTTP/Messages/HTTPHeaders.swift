/// The header fields of a request or a response, in order.
///
/// Names are compared case-insensitively in ASCII (RFC 9110, section 5.1). A name may occur more than once.
package struct HTTPHeaders: Sendable, ExpressibleByDictionaryLiteral {
    /// All fields, in order, with names as written.
    package private(set) var entries: [(name: String, value: String)]

    package init(_ entries: [(String, String)] = []) {
        self.entries = entries.map { (name: $0.0, value: $0.1) }
    }

    package init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements)
    }

    /// Appends a field; other fields of the same name remain.
    package mutating func add(_ name: String, _ value: String) {
        entries.append((name: name, value: value))
    }

    /// The value of the first field with the name.
    ///
    /// Setting a value replaces all fields of the name with one at the end; setting `nil` removes them.
    package subscript(name: String) -> String? {
        get { entries.first { Self.matches($0.name, name) }?.value }
        set {
            entries.removeAll { Self.matches($0.name, name) }
            if let newValue {
                add(name, newValue)
            }
        }
    }

    /// The values of all fields with the name, in order.
    package func values(_ name: String) -> [String] {
        entries.compactMap { Self.matches($0.name, name) ? $0.value : nil }
    }

    /// Extends the value of the last field for a folded header line (RFC 9112, section 5.2).
    mutating func extendLast(with text: String) {
        guard let last = entries.indices.last else { return }
        entries[last].value += entries[last].value.isEmpty ? text : " " + text
    }

    private static func matches(_ one: String, _ other: String) -> Bool {
        one.utf8.count == other.utf8.count
            && zip(one.utf8, other.utf8).allSatisfy { lowercased($0) == lowercased($1) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
