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

    private func printed(isVerbose: Bool = false, _ use: (NoticeAggregator) -> Void) throws -> [String] {
        let console = Console(
            output: try File(directory.path("out"), for: .creating),
            errors: try File(directory.path("err"), for: .creating),
            programName: "x"
        )
        use(NoticeAggregator(isVerbose: isVerbose, console: console))
        return try directory.text("err").split(separator: "\n").map(String.init)
    }

    /// The kinds that can occur often in a run.
    private static let many: Set<Notice.Kind> = [
        .shadowedName, .unlistedImage, .foreignLayersLeftOut, .takenFromList, .incompleteList, .foreignLayersPushed,
        .noChart, .pushedAsSchema2, .unconfirmed, .misannouncedDigest, .immutable,
    ]

    @Test(arguments: Notice.Kind.allCases)
    func manyOfAKindAreCounted(kind: Notice.Kind) throws {
        let before = try printed { aggregator in
            for number in 0..<300 { aggregator.take(Notice(kind, "notice \(number)")) }
        }
        let after = try printed { aggregator in
            for number in 0..<300 { aggregator.take(Notice(kind, "notice \(number)")) }
            aggregator.close()
            aggregator.close()
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
    func aSingleNoticeIsUnchanged(kind: Notice.Kind) throws {
        let lines = try printed { aggregator in
            aggregator.take(Notice(kind, "notice"))
            aggregator.close()
        }
        #expect(lines == ["x: notice"])
    }

    @Test(arguments: Notice.Kind.allCases)
    func verbosePrintsNoticesAtOnce(kind: Notice.Kind) throws {
        let lines = try printed(isVerbose: true) { aggregator in
            for number in 0..<3 { aggregator.take(Notice(kind, "\(number)")) }
        }
        #expect(lines == ["x: 0", "x: 1", "x: 2"])
    }
}
