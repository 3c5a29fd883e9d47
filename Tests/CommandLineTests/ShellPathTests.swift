import CommandLine
import TestSupport
import Testing

/// Rows show the expansion without quotes in bash, with `LC_ALL=C`.
@Suite(.timeLimit(.minutes(2))) struct ShellPathTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        for name in [
            "old1.tar.gz", "old2.tar.gz", "old1.tgz", ".old3.tar.gz", "o[x].tgz", "two words.tgz",
            "old1.tgz.unfinished",
        ] {
            try directory.write("", to: name)
        }
    }

    private static let rows: [(path: String, arguments: [String], reason: String)] = [
        ("old*.tar.gz", ["old1.tar.gz", "old2.tar.gz"], "several, in order"),
        ("old[12].tgz", ["old1.tgz"], "one"),
        ("old?.tgz", ["old1.tgz"], "any character"),
        ("new*.tgz", ["new*.tgz"], "none: the path is unchanged"),
        ("*3.tar.gz", ["*3.tar.gz"], "no hidden ones"),
        (".*3.tar.gz", [".old3.tar.gz"], "except with a dot in the pattern"),
        ("o[x].tgz", ["o[x].tgz"], "a name that looks like a pattern without matches"),
        ("old1.tgz*", ["old1.tgz"], "a staged file is ignored"),
        ("two*", ["two words.tgz"], "a file with a space is one argument"),
        ("two words*", ["two words*"], "D4: a path with a space is not expanded"),
        ("old1.tgz", ["old1.tgz"], "no wildcard"),
        ("absent.tgz", ["absent.tgz"], "no wildcard and no file"),
    ]

    @Test(arguments: rows)
    func expansion(_ path: String, _ arguments: [String], _ reason: String) {
        let found = ShellPath(directory.path(path)).arguments
        #expect(found == arguments.map { directory.path($0) }, "\(reason)")
    }

    @Test func anEmptyPathHasNoArgument() {
        #expect(ShellPath("").arguments.isEmpty)
    }
}
