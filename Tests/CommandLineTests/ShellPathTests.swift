import CommandLine
import TestSupport
import Testing

/// Each as bash expands it without quotes, with `LC_ALL=C`.
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

    private static let rows: [(path: String, words: [String], reason: String)] = [
        ("old*.tar.gz", ["old1.tar.gz", "old2.tar.gz"], "several, in order"),
        ("old[12].tgz", ["old1.tgz"], "one"),
        ("old?.tgz", ["old1.tgz"], "any character"),
        ("new*.tgz", ["new*.tgz"], "none: the path as it stands"),
        ("*3.tar.gz", ["*3.tar.gz"], "no hidden ones"),
        (".*3.tar.gz", [".old3.tar.gz"], "but where the dot is written"),
        ("o[x].tgz", ["o[x].tgz"], "a name that looks like a pattern which fits nothing"),
        ("old1.tgz*", ["old1.tgz"], "what is not finished is no file of the scripts"),
        ("two*", ["two words.tgz"], "a file with a blank is one word"),
        ("two words*", ["two words*"], "D4: a path with a blank stands for itself"),
        ("old1.tgz", ["old1.tgz"], "no wildcard"),
        ("absent.tgz", ["absent.tgz"], "no wildcard and no file"),
    ]

    @Test(arguments: rows)
    func words(_ path: String, _ words: [String], _ reason: String) {
        let found = ShellPath(directory.path(path)).words
        #expect(found == words.map { directory.path($0) }, "\(reason)")
    }

    @Test func anEmptyPathIsNoWord() {
        #expect(ShellPath("").words.isEmpty)
    }
}
