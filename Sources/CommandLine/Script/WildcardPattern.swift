/// A pattern with PowerShell's wildcards: `*`, `?` and `[a-z]`. A backtick escapes a wildcard. Case does not matter, also on Linux.
struct WildcardPattern: Sendable {
    private enum Token: Sendable {
        case anything
        case oneOf([ClosedRange<Unicode.Scalar>])
    }

    private var tokens: [Token] = []

    /// Parses a pattern.
    ///
    /// - Returns: `nil` if the text has no wildcard.
    init?(_ text: String) {
        var hasWildcard = false
        var rest = Array(text.lowercased().unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "*":
                tokens.append(.anything)
                hasWildcard = true
            case "?":
                tokens.append(.oneOf(["\0"..."\u{10FFFF}"]))
                hasWildcard = true
            case "[":
                guard let end = rest.firstIndex(of: "]") else {
                    tokens.append(.oneOf([scalar...scalar]))
                    continue
                }
                tokens.append(.oneOf(Self.ranges(rest[..<end])))
                rest = rest[(end + 1)...]
                hasWildcard = true
            default:
                let literal = scalar == "`" ? rest.popFirst() ?? scalar : scalar
                tokens.append(.oneOf([literal...literal]))
            }
        }
        guard hasWildcard else { return nil }
    }

    /// Removes the backticks of a name without wildcards.
    static func unescaped(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            result.append(character == "`" ? rest.popFirst() ?? character : character)
        }
        return result
    }

    /// Whether the pattern matches an entire name.
    ///
    /// After a mismatch only the last `*` is extended by one character, so the number of steps is at most the length of the pattern times
    /// the length of the name.
    func matches(_ name: String) -> Bool {
        let name = Array(name.lowercased().unicodeScalars)
        var position = 0
        var token = 0
        var retry: (token: Int, position: Int)?
        while position < name.count {
            if token < tokens.count, case .oneOf(let ranges) = tokens[token],
                ranges.contains(where: { $0.contains(name[position]) })
            {
                (token, position) = (token + 1, position + 1)
            } else if token < tokens.count, case .anything = tokens[token] {
                token += 1
                retry = (token, position)
            } else if let last = retry {
                (token, position) = (last.token, last.position + 1)
                retry = (token, position)
            } else {
                return false
            }
        }
        return tokens[token...].allSatisfy { if case .anything = $0 { true } else { false } }
    }

    /// Parses the text between brackets: characters, and ranges of characters.
    private static func ranges(_ set: ArraySlice<Unicode.Scalar>) -> [ClosedRange<Unicode.Scalar>] {
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        var rest = set
        while let low = rest.popFirst() {
            if rest.count >= 2, rest.first == "-" {
                let high = rest[rest.startIndex + 1]
                rest = rest.dropFirst(2)
                if low <= high { ranges.append(low...high) }
            } else {
                ranges.append(low...low)
            }
        }
        return ranges
    }
}
