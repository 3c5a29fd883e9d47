import ByteIO
import ImageEngine
import ScriptInterface
import TestSupport
import Testing

@testable import Commands

@Suite(.timeLimit(.minutes(1))) struct NoticeBookTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func told(isVerbose: Bool = false, _ use: (NoticeBook) -> Void) throws -> [String] {
        let console = Console(
            output: try File(folder.path("out"), for: .creating),
            errors: try File(folder.path("err"), for: .creating),
            programName: "x"
        )
        use(NoticeBook(isVerbose: isVerbose, console: console))
        return try folder.text("err").split(separator: "\n").map(String.init)
    }

    /// The kinds that come many times in a run.
    private static let many: Set<Notice.Kind> = [
        .shadowedName, .unlistedImage, .foreignLayersLeftOut, .takenFromList, .incompleteList, .foreignLayersPushed,
        .noChart, .pushedAsSchema2, .unconfirmed, .misannouncedDigest, .immutable,
    ]

    @Test(arguments: Notice.Kind.allCases)
    func manyOfAKindAreCounted(kind: Notice.Kind) throws {
        let before = try told { book in for number in 0..<300 { book.take(Notice(kind, "notice \(number)")) } }
        let after = try told { book in
            for number in 0..<300 { book.take(Notice(kind, "notice \(number)")) }
            book.close()
            book.close()
        }
        guard Self.many.contains(kind) else {
            #expect(before.count == 300 && after == before)
            return
        }
        #expect(before == [])
        #expect(after.count == 1)
        #expect(after[0].contains("300 ") && after[0].hasSuffix("; --verbose names them"))
    }

    @Test(arguments: Notice.Kind.allCases)
    func oneStandsAsItIs(kind: Notice.Kind) throws {
        let told = try told { book in
            book.take(Notice(kind, "notice"))
            book.close()
        }
        #expect(told == ["x: notice"])
    }

    @Test(arguments: Notice.Kind.allCases)
    func eachIsToldAtOnceWhereMoreIsAskedFor(kind: Notice.Kind) throws {
        let told = try told(isVerbose: true) { book in for number in 0..<3 { book.take(Notice(kind, "\(number)")) } }
        #expect(told == ["x: 0", "x: 1", "x: 2"])
    }
}
