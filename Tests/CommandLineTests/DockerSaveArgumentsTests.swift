import CommandLine
import TestSupport
import Testing

/// Rows show the expansion of `$(echo ${pulled})` and of `echo ${pulled} | wc -w` in bash.
@Suite(.timeLimit(.minutes(2))) struct DockerSaveArgumentsTests {
    private static let rows: [(names: [String], arguments: [String], count: Int, reason: String)] = [
        (["a/b:v1", "c", "a/b:v1"], ["a/b:v1", "c", "a/b:v1"], 3, "as named"),
        (["two words:v1", "c"], ["two", "words:v1", "c"], 3, "spaces"),
        (["-n", "a", "-n"], ["a", "-n"], 2, "an option of echo at the beginning only"),
        (["-neE", "-e", "a"], ["a"], 1, "several"),
        (["-", "-x", "a"], ["-", "-x", "a"], 3, "no options of echo"),
        (["-n"], [], 0, "everything is dropped"),
        (["a\u{B}b"], ["a\u{B}b"], 2, "wc splits at a vertical tab, the shell does not"),
        (["no/such*file:v1"], ["no/such*file:v1"], 1, "a wildcard without matches"),
        (["[::1]:5000/a:v1"], ["[::1]:5000/a:v1"], 1, "an address that looks like a pattern"),
    ]

    @Test(arguments: rows)
    func expansion(_ names: [String], _ arguments: [String], _ count: Int, _ reason: String) {
        let made = DockerSaveArguments(names)
        #expect(made.arguments == arguments, "\(reason)")
        #expect(made.count == count, "\(reason)")
    }

    @Test func matchingFiles() throws {
        let directory = try TemporaryDirectory()
        for name in ["one", "two words", "three"] { try directory.write("", to: name) }
        let made = DockerSaveArguments([directory.path("t*")])
        #expect(made.arguments == [directory.path("three"), directory.path("two"), "words"], "expanded twice")
        #expect(made.count == 3)
    }
}
