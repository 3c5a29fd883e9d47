import SystemIO

/// A scalar of a YAML document, typed as go-yaml 2 does it, which Helm reads charts with (YAML 1.1).
struct YAMLScalar: Sendable {
    enum Value: Sendable, Equatable {
        case null
        case boolean(Bool)
        /// As Go prints it, in decimal digits.
        case integer(String)
        /// As Go prints it.
        case float(String)
        case text(String)
    }

    let value: Value

    /// - Parameters:
    ///   - text: without quotes and escapes.
    ///   - isText: whether quotes or a tag say that it is a text, whatever it looks like.
    init(_ text: String, isText: Bool) {
        value = isText ? .text(text) : Self.resolve(text)
    }

    /// What stands where a text is wanted: `1.10` is the number 1.1 and becomes that text.
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
        guard isFloat(plain), let number = Double(plain), number.isFinite else { return .text(text) }
        return .float(GoFloat.text(number))
    }

    /// A number of 64 bits as Go's `strconv.ParseInt` reads it with base 0: `0x`, `0o`, `0b` and a leading `0` count.
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

    /// Whether it is `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`.
    private static func isFloat(_ text: String) -> Bool {
        var rest = text.utf8[...]
        func skipSign() {
            if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        }
        func skipDigits() -> Int {
            let count = rest.prefix(while: \.isDigit).count
            rest = rest.dropFirst(count)
            return count
        }
        skipSign()
        var digits = skipDigits()
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            digits += skipDigits()
        }
        guard digits > 0 else { return false }
        if rest.first.map({ $0 | 0x20 }) == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            skipSign()
            guard skipDigits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}

extension UInt8 {
    fileprivate var isNumberStart: Bool {
        isDigit || [UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains(self)
    }
}
