import FoundationEssentials
import Glibc

/// Finds breaks of the word rules.
struct WordCheck {
    /// A POSIX extended regular expression without regard to case.
    private final class Expression {
        private var compiled = regex_t()

        init(_ pattern: String) {
            let spaced = pattern.replacing(" ", with: "[[:space:]]+")
            precondition(regcomp(&compiled, spaced, REG_EXTENDED | REG_ICASE) == 0, "not an expression: \(pattern)")
        }

        deinit { regfree(&compiled) }

        /// The first match at or after `start`.
        func match(in text: [CChar], from start: Int) -> Range<Int>? {
            var match = regmatch_t()
            let status = text[start...]
                .withUnsafeBufferPointer {
                    regexec(&compiled, $0.baseAddress, 1, &match, start > 0 ? REG_NOTBOL : 0)
                }
            return status == 0 ? start + Int(match.rm_so)..<start + Int(match.rm_eo) : nil
        }
    }

    private let rules: [(expression: Expression, use: String)]
    private let beginnings: [(expression: Expression, use: String)]
    private let exceptions: [Expression]
    /// Matches if a rule may match.
    private let any: Expression
    private let code = Expression("`[^`\n]*`")

    init() {
        rules = WordRules.rules.map { (Expression($0.pattern), $0.use) }
        beginnings = WordRules.beginnings.map { (Expression($0.pattern), $0.use) }
        exceptions = WordRules.exceptions.map { Expression($0.pattern) }
        any = Expression((WordRules.rules + WordRules.beginnings).map { "(\($0.pattern))" }.joined(separator: "|"))
    }

    /// The breaks in a text, as `line: "words found"; use …`.
    func violations(in text: WordTexts.Text) -> [String] {
        var characters = text.text.utf8CString.map { $0 }
        guard any.match(in: characters, from: 0) != nil else { return [] }
        for allowed in [code] + exceptions { Self.hide(allowed, in: &characters) }
        var found: [(line: Int, sentence: String)] = []
        for rule in text.isDocComment ? rules + beginnings : rules {
            var start = 0
            while start < characters.count - 1, let match = rule.expression.match(in: characters, from: start) {
                let words = String(decoding: characters[match].map { UInt8(bitPattern: $0) }, as: UTF8.self)
                let leading = words.prefix { $0.isWhitespace }.count
                let line = text.line + characters[..<(match.lowerBound + leading)].count { $0 == 0x0A }
                let shown = words.split { $0.isWhitespace }.joined(separator: " ")
                found.append((line, "\(line): \"\(shown)\"; use: \(rule.use)"))
                start = max(match.upperBound, start + 1)
            }
        }
        return found.sorted { $0.line < $1.line }.map(\.sentence)
    }

    /// Replaces the characters of each match, except line breaks, by a character that no rule names.
    private static func hide(_ expression: Expression, in characters: inout [CChar]) {
        var start = 0
        while start < characters.count - 1, let match = expression.match(in: characters, from: start) {
            for index in match where characters[index] != 0x0A { characters[index] = 0x5F }
            start = max(match.upperBound, start + 1)
        }
    }

    /// The breaks in a file, as `path:line: …`. Files of formats that hold no prose have none.
    func violations(path: String, contents: String) -> [String] {
        Self.texts(path: path, contents: contents).flatMap { violations(in: $0) }.map { "\(path):\($0)" }
    }

    private static func texts(path: String, contents: String) -> [WordTexts.Text] {
        let name = path.split(separator: "/").last ?? ""
        switch name.contains(".") ? name.split(separator: ".").last : nil {
        case "swift", "c", "h": return WordTexts.code(contents, includesStrings: path.hasPrefix("Sources/"))
        case "md": return WordTexts.markdown(contents)
        case nil, "sh", "spec", "ld", "jq": return WordTexts.plain(contents)
        default: return []
        }
    }
}
