import FoundationEssentials
import Testing

/// Every suite has a time limit, and every test is in a suite.
@Suite(.timeLimit(.minutes(1))) struct TimeLimitTests {
    @Test(arguments: ["Tests", "compat-tests"])
    func everySuiteHasATimeLimit(directory: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let tree = try SourceTree(directory: "\(root)/\(directory)")
        let files = tree.files.filter { $0.lines.contains { $0.contains("@Test") } }
        #expect(!files.isEmpty)
        #expect(files.flatMap(Self.violations) == [])
    }

    private static let rows: [(String, Int, String)] = [
        ("@Suite(.timeLimit(.minutes(1))) struct A {}", 0, "a limit"),
        ("@Suite(\n    .serialized,\n    .timeLimit(.minutes(1))\n)\nstruct A {}", 0, "on a line of its own"),
        ("@Suite struct A {}", 1, "none"),
        ("@Suite(.serialized) struct A {}\n@Suite(.timeLimit(.minutes(1))) struct B {}", 1, "another suite's"),
        ("@Suite(\"timeLimit(\") struct A {} // .timeLimit(", 1, "in a string literal"),
        ("struct A {}", 1, "no suite"),
        ("extension A {}", 0, "a suite of another file"),
    ]

    @Test(arguments: rows)
    func theRule(text: String, count: Int, reason: String) {
        let file = SourceTree.File(module: "ATests", name: "A.swift", text: text)
        #expect(Self.violations(of: file).count == count, "\(reason)")
    }

    /// One sentence for each violation in a file with tests.
    private static func violations(of file: SourceTree.File) -> [String] {
        let code = file.lines.joined(separator: "\n")
        let suites = code.split(separator: "@Suite", omittingEmptySubsequences: false).dropFirst()
        guard !suites.isEmpty || code.contains("extension ") else {
            return ["\(file.module)/\(file.name) has tests outside of a suite"]
        }
        return suites.map { $0.prefix { $0 != "{" } }.filter { !$0.contains(".timeLimit(") }
            .map { "\(file.module)/\(file.name): \($0.split(separator: " ").last ?? "") has no time limit" }
    }
}
