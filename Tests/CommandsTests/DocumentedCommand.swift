import FoundationEssentials
import TestSupport

/// A block of shell commands in a document, with the fence `sh`.
struct DocumentedCommand {
    /// The mark in the line before the block.
    enum Mark: Equatable {
        /// `<!-- test -->`: the test runs the block.
        case test
        /// `<!-- needs: REASON -->`: the test does not run the block.
        case needs(String)
        /// There is no mark.
        case missing
    }

    /// The line of the fence, from 1.
    let line: Int
    let mark: Mark
    let script: String

    /// The script without its comments, which are translated.
    var words: [[Substring]] {
        script.split(separator: "\n").map { line in line.split(separator: " ").prefix { !$0.hasPrefix("#") } }
    }

    /// Parses the blocks of a document. Blocks inside of a list are indented.
    static func all(in document: String) -> [DocumentedCommand] {
        let lines = document.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.indices.filter { trimmed(lines[$0]) == "```sh" }
            .map { fence in
                let body = lines[(fence + 1)...].prefix { trimmed($0) != "```" }
                return DocumentedCommand(
                    line: fence + 1,
                    mark: fence > 0 ? mark(trimmed(lines[fence - 1])) : .missing,
                    script: body.map { $0 + "\n" }.joined()
                )
            }
    }

    private static func mark(_ line: Substring) -> Mark {
        if line == "<!-- test -->" { return .test }
        let start = "<!-- needs: "
        let end = " -->"
        guard line.hasPrefix(start), line.hasSuffix(end), line.count > start.count + end.count else { return .missing }
        return .needs(String(line.dropFirst(start.count).dropLast(end.count)))
    }

    private static func trimmed(_ line: Substring) -> Substring {
        line.drop { $0 == " " }
    }

    /// The project's documents, below its root.
    static func documents() throws -> [String] {
        let root = "\(Fixtures.directory)/../.."
        return try FileManager.default.contentsOfDirectory(atPath: root).filter { $0.hasSuffix(".md") }.sorted()
            + FileManager.default.subpathsOfDirectory(atPath: "\(root)/docs").filter { $0.hasSuffix(".md") }.sorted()
            .map { "docs/\($0)" }
    }

    /// The blocks of a document of the project.
    static func all(of document: String) throws -> [DocumentedCommand] {
        try all(in: text(of: document))
    }

    /// The number of headings of a document.
    static func sections(of document: String) throws -> Int {
        try text(of: document).split(separator: "\n")
            .count { line in line.hasPrefix("#") && line.drop { $0 == "#" }.hasPrefix(" ") }
    }

    private static func text(of document: String) throws -> String {
        let file = URL(filePath: "\(Fixtures.directory)/../../\(document)")
        return String(decoding: try Data(contentsOf: file), as: UTF8.self)
    }
}
