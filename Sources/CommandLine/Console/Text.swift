import SystemIO

/// Whether a byte is a space or a tab.
func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
}

/// Returns `text` without spaces and tabs at its ends.
func trimmingSpaces(_ text: Substring) -> String {
    String(Substring(text.utf8.trimming(while: isSpace)))
}

/// Returns the part of `path` after the last slash.
func lastPathComponent(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
}

/// Joins words with spaces to lines of at most `width` characters, or of one longer word.
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
