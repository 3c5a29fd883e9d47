/// Characters that replace others in the input of a script, so that the script ignores them. The fakes and the runner read each
/// as the character that it replaces.
///
/// They are of Unicode's private use: U+E000 and up for the characters of ASCII.
package enum Marker {
    /// A marker that is removed.
    package static let nothing = scalar(0x7F)

    /// The marker of a character of ASCII.
    package static func of(_ character: Unicode.Scalar) -> Character { scalar(UInt8(ascii: character)) }

    /// Returns a text with each marker replaced by its character.
    package static func undone(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { range.contains($0.value) }) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            guard range.contains(scalar.value) else {
                result.append(scalar)
                continue
            }
            let byte = UInt8(scalar.value - range.lowerBound)
            if byte != 0x7F { result.append(Unicode.Scalar(byte)) }
        }
        return String(result)
    }

    private static let range: ClosedRange<UInt32> = 0xE000...0xE07F

    private static func scalar(_ byte: UInt8) -> Character {
        Character(Unicode.Scalar(UInt16(range.lowerBound) + UInt16(byte)) ?? "\u{FFFD}")
    }
}
