/// The texts of a file that the word rules apply to.
struct WordTexts {
    struct Text: Equatable {
        /// The line of the first character.
        var line: Int
        var text: String
        var isDocComment = false
    }

    private(set) var texts: [Text] = []

    /// The prose of a Markdown document, without its code.
    static func markdown(_ document: String) -> [Text] {
        var isCode = false
        let lines = document.split(separator: "\n", omittingEmptySubsequences: false)
            .map { line -> Substring in
                let isFence = line.drop { $0 == " " }.hasPrefix("```")
                if isFence { isCode.toggle() }
                return isCode || isFence ? "" : line
            }
        return [Text(line: 1, text: lines.joined(separator: "\n"))]
    }

    /// A script or another text file: comments, messages and code.
    static func plain(_ file: String) -> [Text] {
        let lines = file.split(separator: "\n", omittingEmptySubsequences: false)
            .map { line in line.drop { $0 == " " || $0 == "#" || $0 == "*" || $0 == "/" } }
        return [Text(line: 1, text: lines.joined(separator: "\n"))]
    }

    /// The comments of a Swift or C file, and its string literals if `includesStrings`. Comments on consecutive lines are
    /// one text.
    static func code(_ source: String, includesStrings: Bool) -> [Text] {
        var texts = Self(bytes: Array(source.utf8), includesStrings: includesStrings)
        texts.scan()
        return texts.texts
    }

    /// The names that a Swift file declares, as separate words.
    static func names(_ source: String) -> [Text] {
        let keywords = #/\b(?:func|var|let|class|struct|enum|case|protocol|typealias|actor) `?([A-Za-z][A-Za-z0-9]*)/#
        return source.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .flatMap { index, line in
                line.matches(of: keywords)
                    .map { match in
                        let words = match.1.flatMap { $0.isUppercase ? " \($0)" : "\($0)" }
                        return Text(line: index + 1, text: String(words))
                    }
            }
    }

    private let bytes: [UInt8]
    private let includesStrings: Bool
    private var index = 0
    private var line = 1
    /// The last line of the comment that may continue on the next line.
    private var commentEnd: Int?

    private init(bytes: [UInt8], includesStrings: Bool) {
        self.bytes = bytes
        self.includesStrings = includesStrings
    }

    private func starts(with text: StaticString, at offset: Int = 0) -> Bool {
        let start = index + offset
        return start + text.utf8CodeUnitCount <= bytes.count
            && text.withUTF8Buffer { $0.elementsEqual(bytes[start..<start + $0.count]) }
    }

    private mutating func scan() {
        while index < bytes.count {
            if starts(with: "//") {
                lineComment()
            } else if starts(with: "/*") {
                blockComment()
            } else if bytes[index] == UInt8(ascii: "#") || bytes[index] == UInt8(ascii: "\"") {
                literal()
            } else {
                if bytes[index] == UInt8(ascii: "\n") { line += 1 } else if bytes[index] > 0x20 { commentEnd = nil }
                index += 1
            }
        }
    }

    private mutating func lineComment() {
        let end = bytes[index...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        let comment = String(decoding: bytes[index..<end], as: UTF8.self)
        let isDocComment = comment.hasPrefix("///")
        var text = comment.drop { $0 == "/" }
        if text.first == " " { text.removeFirst() }
        if commentEnd == line - 1, let last = texts.indices.last, texts[last].isDocComment == isDocComment {
            texts[last].text += "\n" + text
        } else {
            texts.append(Text(line: line, text: String(text), isDocComment: isDocComment))
        }
        commentEnd = line
        index = end
    }

    private mutating func blockComment() {
        let start = index + 2
        let first = line
        while index < bytes.count, !starts(with: "*/") {
            if bytes[index] == UInt8(ascii: "\n") { line += 1 }
            index += 1
        }
        texts.append(Text(line: first, text: String(decoding: bytes[min(start, index)..<index], as: UTF8.self)))
        index = min(index + 2, bytes.count)
        commentEnd = nil
    }

    /// Reads a string literal. The interpolations become the letter X, and the literals in them are texts too.
    private mutating func literal() {
        commentEnd = nil
        let hashes = bytes[index...].prefix { $0 == UInt8(ascii: "#") }.count
        index += hashes
        guard starts(with: "\"") else { return }
        let first = line
        let quotes = starts(with: "\"\"\"") ? 3 : 1
        let delimiter = [UInt8](repeating: UInt8(ascii: "\""), count: quotes) + hashMarks(hashes)
        let escape = [UInt8(ascii: "\\")] + hashMarks(hashes)
        index += quotes
        var text: [UInt8] = []
        while index < bytes.count, !bytes[index...].starts(with: delimiter) {
            if bytes[index...].starts(with: escape) {
                index += escape.count
                if starts(with: "(") {
                    interpolation()
                    text.append(UInt8(ascii: "X"))
                    continue
                }
                guard index < bytes.count else { break }
                let isLetter = bytes[index] >= UInt8(ascii: "a") && bytes[index] <= UInt8(ascii: "z")
                text.append(isLetter ? UInt8(ascii: " ") : bytes[index])
            } else {
                text.append(bytes[index])
            }
            if bytes[index] == UInt8(ascii: "\n") {
                line += 1
                if quotes == 1 { break }
            }
            index += 1
        }
        index = min(index + delimiter.count, bytes.count)
        if includesStrings { texts.append(Text(line: first, text: String(decoding: text, as: UTF8.self))) }
    }

    private func hashMarks(_ count: Int) -> [UInt8] {
        Array(repeating: UInt8(ascii: "#"), count: count)
    }

    private mutating func interpolation() {
        var depth = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"): depth -= 1
            case UInt8(ascii: "\n"): line += 1
            case UInt8(ascii: "\""):
                literal()
                continue
            default: break
            }
            index += 1
            if depth == 0 { return }
        }
    }
}
