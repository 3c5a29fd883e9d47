import CommandLine
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct PowerShellPathTests {
    private static let rows: [(String, [String], String)] = [
        ("a.txt", ["a.txt"], "no wildcard"),
        ("A.txt", [], "without a wildcard the case matters on Linux"),
        ("*.txt", ["a.txt", "B.TXT", "c[1].txt"], "in the order of the names, without regard to case"),
        ("?.TXT", ["a.txt", "B.TXT"], "the case of letters makes no difference"),
        ("[a-b].txt", ["a.txt", "B.TXT"], "a range"),
        ("[xb].txt", ["B.TXT"], "a set"),
        ("[b-a].txt", [], "an empty range"),
        ("c`[1`].txt", ["c[1].txt"], "a backtick escapes"),
        ("c[1].txt", [], "without it this is a set"),
        ("c[[]1].txt", ["c[1].txt"], "a set of one bracket"),
        ("c[1.txt", [], "a bracket that is never closed"),
        ("*a*.t*t", ["a.txt"], "several stars"),
        ("*/x.txt", ["d1/x.txt", "D2/x.txt"], "in a directory's name"),
        ("d?/*.txt", ["d1/x.txt", "d1/y.txt", "D2/x.txt"], "in both"),
        (".\\d1\\x.txt", ["./d1/x.txt"], "a backslash is a slash"),
        ("d1/", ["d1/"], "a directory"),
        ("d1", ["d1"], "a directory"),
        ("*.nothing", [], "no match"),
        ("absent/*.txt", [], "the directory does not exist"),
        ("", [], "an empty path"),
    ]

    @Test(arguments: rows)
    func files(_ path: String, _ names: [String], _ reason: String) throws {
        let directory = try TemporaryDirectory()
        for name in ["a.txt", "B.TXT", "c[1].txt", "d1/x.txt", "d1/y.txt", "D2/x.txt", "other"] {
            try directory.write("", to: name)
        }
        let files = PowerShellPath(path.isEmpty ? "" : directory.path(path)).files
        #expect(files == names.map(directory.path), "\(reason)")
    }

    @Test func relativePathsStayRelative() {
        #expect(PowerShellPath("*").files.allSatisfy { !$0.contains("/") })
        #expect(PowerShellPath("/").files == ["/"])
    }

    @Test func patternsWithManyStarsAreFast() throws {
        let directory = try TemporaryDirectory()
        try directory.write("", to: String(repeating: "a", count: 200))
        let pattern = String(repeating: "*a", count: 100) + "b"
        #expect(PowerShellPath(directory.path(pattern)).files == [])
    }
}
