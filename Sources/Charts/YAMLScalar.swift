import SystemIO

/// A scalar of a YAML document, with the type that go-yaml 2 of Helm gives it (YAML 1.1).
struct YAMLScalar: Sendable {
    enum Value: Sendable, Equatable {
        case null
        case boolean(Bool)
        /// Go's text of the number, in decimal digits.
        case integer(String)
        /// Go's text of the number.
        case float(String)
        case text(String)
    }

    let value: Value

    /// - Parameters:
    ///   - text: The scalar without quotes and escapes.
    ///   - isText: Whether quotes or a tag make the scalar a text.
    init(_ text: String, isText: Bool) {
        value = isText ? .text(text) : Self.resolve(text)
    }

    /// The scalar as a text: `1.10` is the number 1.1, whose text is `1.1`.
    var text: String {
        switch value {
        case .null: ""
        case .boolean(let isTrue): isTrue ? "true" : "false"
        case .integer(let text), .float(let text), .text(let text): text
        }
    }

    private static func resolve(_ text: String) -> Value {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": return .boolean(true)
        case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": return .boolean(false)
        default: break
        }
        guard let first = text.utf8.first, first.isNumberStart else { return .text(text) }
        let plain = text.filter { $0 != "_" }
        if let integer = integer(plain) { return .integer(integer) }
        guard plain.utf8.allSatisfy(\.isNumberPart), let number = Double(plain), number.isFinite else {
            return .text(text)
        }
        return .float(GoFloat.text(number))
    }

    /// Parses an integer of 64 bits as Go's `strconv.ParseInt` does with base 0, which accepts `0x`, `0o`, `0b` and a leading `0`.
    private static func integer(_ text: String) -> String? {
        var digits = text[...]
        let isNegative = digits.hasPrefix("-")
        if isNegative || digits.hasPrefix("+") { digits = digits.dropFirst() }
        var radix = 10
        for (prefix, base) in [("0x", 16), ("0o", 8), ("0b", 2), ("0", 8)] where digits.lowercased().hasPrefix(prefix) {
            guard digits.count > prefix.count else { break }
            radix = base
            digits = digits.dropFirst(prefix.count)
            break
        }
        guard digits.first?.isHexDigit == true, let magnitude = UInt64(digits, radix: radix) else { return nil }
        guard isNegative else { return String(magnitude) }
        guard magnitude <= UInt64(Int64.max) + 1 else { return nil }
        return (magnitude == 0 ? "" : "-") + String(magnitude)
    }
}

extension UInt8 {
    fileprivate var isNumberStart: Bool {
        isDigit || [UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains(self)
    }

    /// Whether a decimal number can have the byte: no hexadecimal digit other than `e`.
    fileprivate var isNumberPart: Bool { isNumberStart || self | 0x20 == UInt8(ascii: "e") }
}
