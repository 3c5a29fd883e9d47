import SystemIO

/// Finds bytes in a text in which any of them may be escaped as in JSON, HTML, URLs or forms.
enum EscapedText {
    /// Whether bytes that begin with `first` may start at a text's `byte`.
    static func mayBegin(_ first: UInt8, in byte: UInt8) -> Bool {
        byte == first || [UInt8(ascii: "%"), UInt8(ascii: "\\"), UInt8(ascii: "&"), UInt8(ascii: "+")].contains(byte)
    }

    /// Returns the end of `bytes` if they are at position `start` of `text`, unescaped or escaped.
    static func end(of bytes: [UInt8], in text: [UInt8], at start: Int) -> Int? {
        // A byte may have two readings, such as a percent sign, so all ends are kept; there are few.
        var ends: [Int: Set<Int>] = [0: [start]]
        var count = 0
        while count < bytes.count {
            for position in ends.removeValue(forKey: count) ?? [] {
                for (decoded, next) in readings(of: text, at: position) {
                    guard decoded.count <= bytes.count - count,
                        bytes[count..<count + decoded.count].elementsEqual(decoded)
                    else { continue }
                    ends[count + decoded.count, default: []].insert(next)
                }
            }
            count += 1
            if ends.isEmpty { return nil }
        }
        return ends[bytes.count]?.max()
    }

    /// The possible readings at a position: the decoded bytes and the next position.
    private static func readings(of text: [UInt8], at position: Int) -> [(bytes: [UInt8], next: Int)] {
        guard position < text.count else { return [] }
        let byte = text[position]
        var readings: [([UInt8], Int)] = [([byte], position + 1)]
        switch byte {
        case UInt8(ascii: "%"):
            if let value = number(text, position + 1, digits: 2) { readings.append(([UInt8(value)], position + 3)) }
        case UInt8(ascii: "+"): readings.append(([UInt8(ascii: " ")], position + 1))
        case UInt8(ascii: "\\"): if let escape = jsonEscape(text, position) { readings.append(escape) }
        case UInt8(ascii: "&"): if let entity = entity(text, position) { readings.append(entity) }
        default: break
        }
        return readings
    }

    /// Returns the reading of a JSON escape (RFC 8259, section 7), including surrogate pairs.
    private static func jsonEscape(_ text: [UInt8], _ position: Int) -> ([UInt8], Int)? {
        guard position + 1 < text.count else { return nil }
        let short: [UInt8: UInt8] = [
            UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9, UInt8(ascii: "b"): 8,
            UInt8(ascii: "f"): 12,
        ]
        let letter = text[position + 1]
        guard letter == UInt8(ascii: "u") else { return ([short[letter] ?? letter], position + 2) }
        guard let value = number(text, position + 2, digits: 4) else { return nil }
        if let scalar = Unicode.Scalar(value) { return (Array(String(scalar).utf8), position + 6) }
        guard position + 7 < text.count, text[position + 6] == UInt8(ascii: "\\"),
            text[position + 7] == UInt8(ascii: "u"),
            let low = number(text, position + 8, digits: 4), (0xD800...0xDBFF).contains(value),
            (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (value - 0xD800) << 10 + (low - 0xDC00))
        else { return nil }
        return (Array(String(scalar).utf8), position + 12)
    }

    /// Returns the reading of an HTML entity such as `&amp;`, `&#39;` or `&#x27;`.
    private static func entity(_ text: [UInt8], _ position: Int) -> ([UInt8], Int)? {
        guard let end = text[position...].prefix(12).firstIndex(of: UInt8(ascii: ";")) else { return nil }
        let name = String(decoding: text[position + 1..<end], as: UTF8.self).lowercased()
        let named = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]
        if let character = named[name] { return (Array(character.utf8), end + 1) }
        guard name.hasPrefix("#") else { return nil }
        let digits = name.dropFirst()
        let value = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        return value.flatMap(Unicode.Scalar.init).map { (Array(String($0).utf8), end + 1) }
    }

    /// Parses a hexadecimal number with exactly `digits` digits.
    private static func number(_ text: [UInt8], _ start: Int, digits: Int) -> UInt32? {
        guard start + digits <= text.count else { return nil }
        let digits = text[start..<start + digits]
        guard digits.allSatisfy(\.isHexDigit) else { return nil }
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
