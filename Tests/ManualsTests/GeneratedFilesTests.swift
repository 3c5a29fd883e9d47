import CommandLine
import FoundationEssentials
import Manuals
import TestSupport
import Testing

/// The files of the project are what the table of flags makes them.
@Suite(.timeLimit(.minutes(2))) struct GeneratedFilesTests {
    private let root = URL(filePath: Fixtures.directory).deletingLastPathComponent().deletingLastPathComponent().path
    private let advice: Comment = "run `swift run make-manuals` in the project's root, and commit what it writes"

    @Test(arguments: GeneratedFiles.files.map(\.path))
    func aFileIsAsMade(path: String) throws {
        let file = try #require(GeneratedFiles.files.first { $0.path == path })
        let committed = try Data(contentsOf: URL(filePath: "\(root)/\(path)"))
        #expect(String(decoding: committed, as: UTF8.self) == file.text, advice)
    }

    @Test func nothingElseIsHandedOut() throws {
        let share = "\(root)/Packaging/share"
        var isDirectory = false
        let files = try FileManager.default.subpathsOfDirectory(atPath: share)
            .filter { path in
                _ = FileManager.default.fileExists(atPath: "\(share)/\(path)", isDirectory: &isDirectory)
                return !isDirectory
            }
        #expect(files.map { "Packaging/share/\($0)" }.sorted() == GeneratedFiles.files.map(\.path).sorted())
    }

    @Test(arguments: GeneratedFiles.documents)
    func theTablesOfADocumentAreAsMade(path: String) throws {
        let document = String(decoding: try Data(contentsOf: URL(filePath: "\(root)/\(path)")), as: UTF8.self)
        #expect(GeneratedFiles.renewed(document) == document, advice)
        // A document without parts is as made whatever the table is.
        for flag in Flag.table { #expect(document.contains("`\(flag.words.joined(separator: ", "))")) }
    }

    private static let rows: [(String, Bool, String)] = [
        ("a\n<!-- generated: scripts en -->\nold\n<!-- end -->\nb", true, "a part"),
        ("<!-- generated: scripts en -->\n", false, "without an end"),
        ("<!-- generated: others en -->\n<!-- end -->", false, "a table that is none"),
        ("<!-- generated: scripts fr -->\n<!-- end -->", false, "a language that is none"),
        (
            "<!-- generated: scripts en -->\n<!-- generated: scripts en -->\n<!-- end -->", false,
            "without an end before the next"
        ),
    ]

    @Test(arguments: rows)
    func marks(document: String, isGood: Bool, reason: String) {
        let renewed = GeneratedFiles.renewed(document)
        #expect((renewed != nil) == isGood, "\(reason)")
        #expect(renewed?.contains("old") != true, "\(reason)")
        if let renewed { #expect(GeneratedFiles.renewed(renewed) == renewed, "\(reason)") }
    }
}
