/// A name with PowerShell's wildcards: `*`, `?` and `[a-z]`; a backtick takes a wildcard's meaning away. The case of letters
/// makes no difference, on Linux either.
struct WildcardPattern: Sendable {
    private enum Token: Sendable {
        case anything
        case oneOf([ClosedRange<Unicode.Scalar>])
    }

    private var tokens: [Token] = []

    /// Reads a pattern.
    ///
    /// - Returns: `nil` where there is no wildcard in it.
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

    /// A name that is no pattern, without the backticks before characters.
    static func unescaped(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            result.append(character == "`" ? rest.popFirst() ?? character : character)
        }
        return result
    }

    /// Whether the pattern fits all of a name.
    ///
    /// Only the last `*` before a mismatch is tried again, with one character more, so no pattern takes more steps than its
    /// length times the name's.
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

    /// What stands between brackets: characters, and ranges of them.
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
