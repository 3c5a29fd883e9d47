import CommandLine
import Testing

@testable import Commands

@Suite(.timeLimit(.minutes(1))) struct ProgressStyleTests {
    private typealias Row = (words: [String], environment: [String: String], isTerminal: Bool, style: ProgressStyle)

    private static let xterm = ["TERM": "xterm", "LANG": "en_US.UTF-8"]

    private static let rows: [Row] = [
        ([], xterm, true, .drawn(isUTF8: true)),
        ([], xterm, false, .sentences),
        ([], ["TERM": "dumb"], true, .sentences),
        ([], [:], true, .sentences),
        ([], ["TERM": "xterm"], true, .drawn(isUTF8: false)),
        ([], ["TERM": "xterm", "LANG": "C.utf8"], true, .drawn(isUTF8: true)),
        // The first of the variables that is set counts.
        ([], ["TERM": "xterm", "LANG": "C.UTF-8", "LC_ALL": "C"], true, .drawn(isUTF8: false)),
        ([], ["TERM": "xterm", "LANG": "C", "LC_CTYPE": "C.UTF-8", "LC_ALL": ""], true, .drawn(isUTF8: true)),
        (["--progress", "terminal"], ["TERM": "dumb"], false, .drawn(isUTF8: false)),
        (["--progress", "plain"], xterm, true, .sentences),
        (["--progress", "none"], xterm, true, .none),
        (["--quiet", "--progress", "terminal"], xterm, true, .none),
    ]

    @Test(arguments: rows.indices)
    func styles(row: Int) throws {
        let row = Self.rows[row]
        let invocation = Invocation(.save, programName: "x", arguments: row.words, environment: [:])
        guard case .run(let options) = invocation else {
            Issue.record("\(invocation)")
            return
        }
        let style = ProgressStyle(options.extensions, environment: row.environment, isTerminal: row.isTerminal)
        #expect(style == row.style)
    }
}
