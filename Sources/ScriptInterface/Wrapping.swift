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
