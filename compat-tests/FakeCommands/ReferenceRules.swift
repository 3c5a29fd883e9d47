/// Whether docker accepts the text as a reference, before any request (distribution/reference, `ReferenceRegexp`).
func isReference(_ text: String) -> Bool {
    guard text.utf8.count < 256 else { return false }
    let atSign = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    if atSign.count == 2, !isDigest(atSign[1]) { return false }
    var components = atSign[0].split(separator: "/", omittingEmptySubsequences: false)
    if components.count > 1, let host = components.first, isRegistry(host) { components.removeFirst() }
    guard let last = components.popLast() else { return false }
    let tagged = last.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    if tagged.count == 2, !isTag(tagged[1]) { return false }
    return (components + [tagged[0]]).allSatisfy(isPathComponent)
}

private func isDigest(_ text: Substring) -> Bool {
    text.hasPrefix("sha256:") && text.utf8.count == 71
        && text.dropFirst(7).utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
}

/// Whether the text before the first slash is a registry: it has a dot or a colon, or is `localhost`.
private func isRegistry(_ text: Substring) -> Bool {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard text == "localhost" || text.contains(".") || parts.count == 2 else { return false }
    let hasPort = parts.count < 2 || !parts[1].isEmpty && parts[1].utf8.allSatisfy(isDigit)
    return hasPort && !parts[0].isEmpty
        && parts[0].utf8.allSatisfy { isDigit($0) || isLetter($0) || $0 == dot || $0 == dash }
}

private func isTag(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 128 else { return false }
    let isWord: (UInt8) -> Bool = { isDigit($0) || isLetter($0) || $0 == underscore }
    return isWord(first) && text.utf8.allSatisfy { isWord($0) || $0 == dot || $0 == dash }
}

/// Whether the text has lower-case letters and digits, with separators between them: a dot, one or two underscores, or dashes.
private func isPathComponent(_ text: Substring) -> Bool {
    let isAlphanumeric: (UInt8) -> Bool = { isDigit($0) || isLetter($0) && $0 >= UInt8(ascii: "a") }
    guard let first = text.utf8.first, isAlphanumeric(first), let last = text.utf8.last, isAlphanumeric(last) else {
        return false
    }
    return text.utf8.split(whereSeparator: isAlphanumeric).map(Array.init)
        .allSatisfy {
            $0 == [dot] || $0 == [underscore] || $0 == [underscore, underscore] || $0.allSatisfy { $0 == dash }
        }
}

private let dot = UInt8(ascii: ".")
private let dash = UInt8(ascii: "-")
private let underscore = UInt8(ascii: "_")

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

private func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
}
