import SystemIO

/// Whether a byte is a space or a tab.
func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
}

/// The text without spaces and tabs at its ends.
func trimmingBlanks(_ text: Substring) -> String {
    String(Substring(text.utf8.trimming(while: isBlank)))
}

/// What stands after the last slash.
func lastPathComponent(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
}

/// Lines of words with a blank between, of at most `width` characters where no word is longer.
package func wrapped(_ words: some Sequence<some StringProtocol>, at width: Int) -> [String] {
    var lines: [String] = []
    for word in words {
        if let line = lines.last, line.count + 1 + word.count <= width {
            lines[lines.count - 1] = line + " " + word
        } else {
            lines.append(String(word))
        }
    }
    return lines
}
