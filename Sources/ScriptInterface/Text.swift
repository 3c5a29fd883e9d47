import Basics

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
