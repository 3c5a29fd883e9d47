import FoundationEssentials
import Testing

/// The rules of `WordRules`, and the files of the repository that follow them.
@Suite(.timeLimit(.minutes(5))) struct WordsTests {
    /// The directories and files whose texts follow the rules: all that people read, except Chinese and generated pages.
    static let checkedTexts = [
        "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "Package.swift", "Sources", "Tests",
        "compat-tests", "Fuzz",
        "docs", "scripts", "Packaging", "Benchmarks",
    ]

    /// The directories whose declared names follow the rules.
    static let checkedNames = ["Sources", "Tests", "compat-tests", "Fuzz"]

    @Test(arguments: checkedTexts) func textsFollowTheRules(path: String) {
        let check = WordCheck()
        #expect(Self.files(path).flatMap { check.violations(path: $0, contents: $1) } == [])
    }

    @Test(arguments: checkedNames) func namesFollowTheRules(path: String) {
        let check = WordCheck()
        let violations = Self.files(path).filter { $0.path.hasSuffix(".swift") }
            .flatMap { file in
                WordTexts.names(file.contents).flatMap { check.violations(in: $0) }.map { "\(file.path):\($0)" }
            }
        #expect(violations == [])
    }

    /// The files at or below a path of the repository.
    private static func files(_ path: String) -> [(path: String, contents: String)] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let below = try? FileManager.default.subpathsOfDirectory(atPath: "\(root.path)/\(path)")
        let paths = below.map { $0.sorted().map { "\(path)/\($0)" } } ?? [path]
        return paths.filter { !isLeftOut($0) }
            .compactMap { path in
                // A directory has no data.
                (try? Data(contentsOf: root.appending(path: path))).map { (path, String(decoding: $0, as: UTF8.self)) }
            }
    }

    /// Whether the rules do not apply: output of the scripts and of servers, other languages, generated files, and the rules
    /// themselves.
    private static func isLeftOut(_ file: String) -> Bool {
        let parts = file.split(separator: "/")
        return parts.contains { [".build", "zh-CN", "recordings", "cases", "Fixtures", "share"].contains($0) }
            || ["WordRules.swift", "WordsTests.swift"].contains(parts.last ?? "")
    }

    @Test(
        arguments: [
            // One for each rule.
            "what is told of a name", "it can be had", "begins anew", "the whole list", "leaves the file as it is",
            "goes on where it was", "it came to nothing", "tried in vain", "mends the archive", "by itself",
            "stands in for a registry", "in the place of", "beside the archive", "behind the blob",
            "the bytes in front of it", "is left alone for a while", "so many bytes", "a file of its own making",
            "the name leads to a manifest", "makes room for it", "a hole", "the folder", "split at blanks",
            "the words of the command line", "is proven", "looked at", "takes note of it", "nobody waits",
            "which is what unchecked stands for", "hence",
            // Letters of either case, and across lines.
            "Told at the end", "goes\non", "leaves the file as\n    it was",
            // A second word on the same line as an exception.
            "behind a proxy and behind a blob",
        ]
    )
    func forbidden(text: String) {
        #expect(WordCheck().violations(in: WordTexts.Text(line: 1, text: text)).isEmpty == false)
    }

    @Test(
        arguments: [
            "prints a notice", "is available", "starts over", "the complete list", "resumes", "repairs the archive",
            // Other words that begin or end in the same way.
            "amend", "recommend", "improved", "blanket", "a foretold", "wholesale", "holesaw", "thence",
            // The exceptions.
            "a whole number", "the registry as a whole", "behind a proxy", "behind the air gap",
            "a proxy in front of the registry", "SEEK_HOLE",
            // Names of code.
            "the parameter `folder`",
        ]
    )
    func allowed(text: String) {
        #expect(WordCheck().violations(in: WordTexts.Text(line: 1, text: text)) == [])
    }

    @Test(
        arguments: [
            ("What is left", true), ("Where it is", true), ("How long it takes", true), ("Who asks", true),
            ("The text.\n- Returns: what is left", true), ("- Parameter name: where it is", true),
            ("- name: who asks", true),
            ("Whether it is left", false), ("The place where it is", false), ("- Returns: the rest", false),
        ]
    )
    func beginnings(text: String, isBroken: Bool) {
        let check = WordCheck()
        #expect(check.violations(in: WordTexts.Text(line: 1, text: text, isDocComment: true)).isEmpty != isBroken)
        #expect(check.violations(in: WordTexts.Text(line: 1, text: text)) == [])
    }

    @Test func aBreakIsReportedWithItsLineAndAdvice() {
        let source = "let a = 1\n\n/// The first line.\n/// The bytes go\n/// on."
        #expect(
            WordCheck().violations(path: "Tests/A.swift", contents: source)
                == [#"Tests/A.swift:4: "go on"; use: resume, continue"#]
        )
    }

    @Test func textsOfCode() {
        let source = ##"""
            let a = "one \(f("two")) three" // four
            // five
            /// six
            /// seven
            let b = #"eight \( \#(g) "x" "#, c = """
                nine // no comment
                """
            /* ten */ let told = #line
            // eleven

            // twelve
            """##
        let texts = WordTexts.code(source, includesStrings: true)
        #expect(
            texts == [
                WordTexts.Text(line: 1, text: "two"), WordTexts.Text(line: 1, text: "one X three"),
                WordTexts.Text(line: 1, text: "four\nfive"),
                WordTexts.Text(line: 3, text: "six\nseven", isDocComment: true),
                WordTexts.Text(line: 5, text: #"eight \( X "x" "#),
                WordTexts.Text(line: 5, text: "\n    nine // no comment\n    "), WordTexts.Text(line: 8, text: " ten "),
                WordTexts.Text(line: 9, text: "eleven"), WordTexts.Text(line: 11, text: "twelve"),
            ]
        )
        #expect(WordTexts.code(source, includesStrings: false).map(\.text).first == "four\nfive")
    }

    @Test func names() {
        let source = "    func tellAll(told: Int) {\n        let (a, b) = whole, `blank` = 1; var goesOn: Int"
        #expect(
            WordTexts.names(source) == [
                WordTexts.Text(line: 1, text: "tell All"), WordTexts.Text(line: 2, text: "goes On"),
            ]
        )
    }

    @Test func textsOfDocuments() {
        #expect(WordTexts.markdown("a\n```sh\nb\n```\nc").map(\.text) == ["a\n\n\n\nc"])
        #expect(WordTexts.plain("#!/bin/sh\n# a\necho b").map(\.text) == ["!/bin/sh\na\necho b"])
    }
}
