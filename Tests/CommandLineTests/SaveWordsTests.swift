import CommandLine
import TestSupport
import Testing

/// Each as bash makes it of `$(echo ${pulled})` and of `echo ${pulled} | wc -w`.
@Suite(.timeLimit(.minutes(2))) struct SaveWordsTests {
    private static let rows: [(names: [String], words: [String], count: Int, reason: String)] = [
        (["a/b:v1", "c", "a/b:v1"], ["a/b:v1", "c", "a/b:v1"], 3, "as named"),
        (["two words:v1", "c"], ["two", "words:v1", "c"], 3, "blanks"),
        (["-n", "a", "-n"], ["a", "-n"], 2, "an option of echo, in front only"),
        (["-neE", "-e", "a"], ["a"], 1, "several"),
        (["-", "-x", "a"], ["-", "-x", "a"], 3, "no options of echo"),
        (["-n"], [], 0, "nothing is left"),
        (["a\u{B}b"], ["a\u{B}b"], 2, "wc parts words at a vertical tab, the shell does not"),
        (["no/such*file:v1"], ["no/such*file:v1"], 1, "a wildcard that fits nothing"),
        (["[::1]:5000/a:v1"], ["[::1]:5000/a:v1"], 1, "an address that looks like a pattern"),
    ]

    @Test(arguments: rows)
    func words(_ names: [String], _ words: [String], _ count: Int, _ reason: String) {
        let made = SaveWords(names)
        #expect(made.words == words, "\(reason)")
        #expect(made.count == count, "\(reason)")
    }

    @Test func filesThatFit() throws {
        let directory = try TemporaryDirectory()
        for name in ["one", "two words", "three"] { try directory.write("", to: name) }
        let made = SaveWords([directory.path("t*")])
        #expect(made.words == [directory.path("three"), directory.path("two"), "words"], "expanded twice")
        #expect(made.count == 3)
    }
}
