import Glibc
import TestSupport
import Testing

/// Files that a run writes at its end are verified at its start.
@Suite(.timeLimit(.minutes(2))) struct OutputFileTests {
    private let bench: Bench
    private let registry: FakeRegistry

    init() throws {
        bench = try Bench()
        registry = try FakeRegistry()
        registry.addImage(
            repository: "rancher/a",
            tag: "v1",
            configuration: Array(#"{"os":"linux","architecture":"amd64"}"#.utf8),
            layers: [Array("layer".utf8)]
        )
    }

    @Test(arguments: ["--report", "--failed-list"])
    func aMissingDirectoryStopsASaveAndALoad(flag: String) async throws {
        let words = [flag, bench.path("gone/file")]
        let saved = try await bench.save(["rancher/a:v1"], from: registry.authority, words)
        let loaded = try await bench.load(source: registry.authority, target: registry.authority, words)
        for outcome in [saved, loaded] {
            #expect(outcome.status == 1)
            #expect(
                outcome.errors.contains(
                    "cannot write \(bench.path("gone/file")) (\(flag)): No such file or directory; nothing was transferred"
                )
            )
            #expect(outcome.output.isEmpty)
        }
        #expect(registry.requests.isEmpty)
        #expect(try bench.directory.names() == ["list.txt"])
    }

    @Test(arguments: [("--checksum", ["--checksum"]), ("--split", ["--split", "1M"])])
    func aChecksumThatCannotBeWrittenStopsASave(flag: String, words: [String]) async throws {
        try #require(mkdir(bench.path("images.tar.gz.sha256"), 0o755) == 0)
        let saved = try await bench.save(["rancher/a:v1"], from: registry.authority, words)
        #expect(saved.status == 1)
        #expect(saved.errors.contains("images.tar.gz.sha256 (\(flag)): Is a directory; nothing was transferred"))
        #expect(registry.requests.isEmpty)
    }

    @Test func theReportHasTheCause() async throws {
        let words = ["--report", bench.path("report.json"), "--failed-list", bench.path("gone/list")]
        let saved = try await bench.save(["rancher/a:v1"], from: registry.authority, words)
        #expect(saved.status == 1)
        let report = try JSONValue(try bench.directory.text("report.json"))
        #expect(report["cause"].text?.contains("(--failed-list): No such file or directory") == true)
        #expect(report["exitStatus"] == .number(1))
    }

    @Test(arguments: [
        (["--report", "images.tar.gz"], "--report and --images name the same file"),
        (["--report", "x/../list.txt"], "--report and --image-list name the same file"),
        (["--report", "r", "--failed-list", "r"], "--report and --failed-list name the same file"),
        (["--report", "images.tar.gz.sha256", "--checksum"], "--report and --checksum name the same file"),
        (["--failed-list", "link"], "--failed-list and --images name the same file"),
        (["--failed-list", "base", "--since", "base"], "--failed-list and --since name the same file"),
        (["--report", "base", "--reuse", "base"], "--report and --reuse name the same file"),
        (["--report", "images.tar.gz.001", "--split", "1M"], "--report names a file of the archive"),
        (["--failed-list", "x/../images.tar.gz.042"], "--failed-list names a file of the archive"),
        (["--report", "base.repair", "--since", "base"], "--report names a file of the archive"),
        (["--failed-list", "images.tar.gz.unfinished.journal"], "--failed-list names a file of the archive"),
    ])
    func noFileReplacesAnother(words: [String], problem: String) async throws {
        try bench.directory.write("older", to: "images.tar.gz")
        try #require(mkdir(bench.path("x"), 0o755) == 0)
        try #require(symlink("images.tar.gz", bench.path("link")) == 0)
        let words = words.map { $0.hasPrefix("--") || $0 == "1M" ? $0 : bench.path($0) }
        try bench.directory.write("base", to: "base")
        let saved = try await bench.save(["rancher/a:v1"], from: registry.authority, words)
        #expect(saved.status == 1)
        #expect(saved.errors.contains(problem), "\(saved.errors)")
        #expect(try bench.directory.text("images.tar.gz") == "older")
        #expect(try bench.directory.text("list.txt") == "rancher/a:v1\n")
        #expect(try bench.directory.text("base") == "base")
    }

    @Test func theListThatWasReadMayBecomeTheListOfFailures() async throws {
        let words = ["--failed-list", bench.path("list.txt")]
        let saved = try await bench.save(["rancher/a:v1", "rancher/none:v1"], from: registry.authority, words)
        #expect(saved.status == 0, "\(saved.errors)")
        #expect(try bench.directory.text("list.txt") == "rancher/none:v1\n")
    }

    @Test func namesThatBeginAsAnArchivesAreFree() async throws {
        let words = ["--report", bench.path("images.tar.gz.json"), "--failed-list", bench.path("images.tar.gz.failed")]
        let saved = try await bench.save(["rancher/a:v1"], from: registry.authority, words)
        #expect(saved.status == 0, "\(saved.errors)")
        #expect(bench.directory.exists("images.tar.gz.json") && bench.directory.exists("images.tar.gz.failed"))
    }

    @Test func streamsAreNotReplaced() async throws {
        let words = ["--failed-list", "/dev/null", "--report", "/dev/null"]
        let saved = try await bench.save(["rancher/a:v1"], from: registry.authority, words)
        #expect(saved.status == 0, "\(saved.errors)")
    }
}
