import FoundationEssentials
import SystemIO

/// A decoder of JSON from outside that rejects objects with duplicate fields.
///
/// Of two fields with one name, Foundation's decoder takes the first and Go's `encoding/json` the last, and Go ignores the case of a
/// struct's fields. A document with such fields could be one image here and another one in a registry or in docker.
package enum StrictJSON {
    /// The comparison of field names.
    package enum Comparison: Sendable {
        /// Case-insensitive, as Go compares the fields of its structs. The keys of ``maps`` are compared exactly.
        case ignoringCase
        /// Case-sensitive.
        case exact
    }

    /// Decodes a document.
    ///
    /// - Throws: ``DuplicateFieldError``, or the error of the decoder.
    package static func decode<Value: Decodable>(
        _ type: Value.Type,
        from bytes: [UInt8],
        comparing comparison: Comparison = .ignoringCase
    ) throws -> Value {
        var scanner = DuplicateFieldScanner(bytes, comparison)
        if let name = scanner.firstDuplicate() { throw DuplicateFieldError(name: name) }
        return try JSONDecoder().decode(type, from: Data(bytes))
    }

    /// The fields of images whose values are maps in Go (OCI image-spec annotations.md and config.md).
    fileprivate static let maps: Set<String> = ["annotations", "Labels", "ExposedPorts", "Volumes"]
}

/// An object of a JSON document that has two fields with one name.
public struct DuplicateFieldError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The name of the second field.
    package let name: String

    package init(name: String) { self.name = name }

    /// A phrase to follow the name of the document and "has".
    public var description: String { "the field \"\(name.prefix(utf8Bytes: 64))\" more than once" }
}

/// A scanner for objects with duplicate fields. The scan ends at invalid JSON, which the decoder reports.
private struct DuplicateFieldScanner {
    /// An array or an object around the position.
    private struct Level {
        let isObject: Bool
        /// Whether the names of the fields are compared exactly.
        var isMap = false
        /// The names of the fields so far, in the form for comparison.
        var names: Set<String> = []
        /// The field whose value is being read; `nil` if a field's name comes next.
        var key: String?
    }

    /// The maximum depth. The decoder rejects deeper documents (its limit is 512).
    private static let depth = 1_000

    private let bytes: [UInt8]
    private let comparison: StrictJSON.Comparison
    private var position = 0
    private var levels: [Level] = []

    init(_ bytes: [UInt8], _ comparison: StrictJSON.Comparison) {
        self.bytes = bytes
        self.comparison = comparison
    }

    /// Returns the name of the first duplicate field; `nil` if there is none.
    mutating func firstDuplicate() -> String? {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard levels.count < Self.depth else { return nil }
                levels.append(bytes[position] == UInt8(ascii: "[") ? Level(isObject: false) : object())
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard levels.popLast() != nil else { return nil }
            case UInt8(ascii: ","):
                if !levels.isEmpty { levels[levels.count - 1].key = nil }
            case UInt8(ascii: "\""):
                guard let text = string() else { return nil }
                if isDuplicate(text) { return name(text) }
                continue
            default: break
            }
            position += 1
        }
        return nil
    }

    private func object() -> Level {
        let field = levels.last?.key
        return Level(isObject: true, isMap: comparison == .exact || field.map(StrictJSON.maps.contains) ?? false)
    }

    /// Reads the string at the position, with its quotes, and advances the position.
    private mutating func string() -> ArraySlice<UInt8>? {
        let start = position
        position += 1
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\\"): position += 2
            case UInt8(ascii: "\""):
                position += 1
                return bytes[start..<position]
            default: position += 1
            }
        }
        return nil
    }

    /// Records a string, if it is the name of a field.
    ///
    /// - Returns: whether the object already has a field with this name.
    private mutating func isDuplicate(_ text: ArraySlice<UInt8>) -> Bool {
        guard let level = levels.indices.last, levels[level].isObject, levels[level].key == nil else { return false }
        let name = name(text)
        levels[level].key = name
        // Both steps, since Go also equates the long s and the Kelvin sign with s and k.
        return !levels[level].names.insert(levels[level].isMap ? name : name.uppercased().lowercased()).inserted
    }

    /// Decodes a string with its quotes.
    private func name(_ text: ArraySlice<UInt8>) -> String {
        guard text.contains(UInt8(ascii: "\\")) else {
            return String(decoding: text.dropFirst().dropLast(), as: UTF8.self)
        }
        return (try? JSONDecoder().decode(String.self, from: Data(text))) ?? String(decoding: text, as: UTF8.self)
    }
}
