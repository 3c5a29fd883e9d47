extension String {
    /// The text with escapes for everything that a terminal would interpret or not show: control characters, bidirectional controls
    /// and other invisible characters, and bytes that are not UTF-8.
    package var visible: String {
        unicodeScalars.contains(where: \.isInvisible) ? unicodeScalars.map(\.visible).joined() : self
    }

    /// The longest prefix of complete scalars that has at most `count` bytes in UTF-8. A limit in characters would not bound the size,
    /// since a character may have any number of combining marks.
    package func prefix(utf8Bytes count: Int) -> Substring {
        guard var end = utf8.index(startIndex, offsetBy: count, limitedBy: endIndex), end < endIndex else {
            return self[...]
        }
        while utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
        return self[..<end]
    }
}

extension Unicode.Scalar {
    fileprivate var visible: String {
        if let byte = escapedByte { return "\\x" + String(byte, radix: 16, uppercase: true) }
        return isInvisible ? escaped(asASCII: true) : String(self)
    }

    /// Whether a terminal would interpret the scalar or not show it.
    package var isInvisible: Bool {
        if isASCII { return value < 0x20 || value == 0x7F }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return properties.isDefaultIgnorableCodePoint || escapedByte != nil
        }
    }
}
