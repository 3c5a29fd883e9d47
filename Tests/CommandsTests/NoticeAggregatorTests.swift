import CommandLine
import Engine
import SystemIO
import TestSupport
import Testing

@testable import Commands

@Suite(.timeLimit(.minutes(1))) struct NoticeAggregatorTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func told(isVerbose: Bool = false, _ use: (NoticeAggregator) -> Void) throws -> [String] {
        let console = Console(
            output: try File(directory.path("out"), for: .creating),
            errors: try File(directory.path("err"), for: .creating),
            programName: "x"
        )
        use(NoticeAggregator(isVerbose: isVerbose, console: console))
        return try directory.text("err").split(separator: "\n").map(String.init)
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
