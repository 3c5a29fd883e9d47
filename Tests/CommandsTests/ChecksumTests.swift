import ScriptInterface
import TestSupport
import Testing

/// `--checksum`: the archive's SHA-256 beside it.
@Suite(.timeLimit(.minutes(5))) struct ChecksumTests {
    private let bench: Bench
    private let source: StandInRegistry

    init() throws {
        bench = try Bench()
        source = try StandInRegistry()
        source.addImage(repository: "rancher/a", tag: "v1", configuration: Array("{}".utf8), layers: [Array("a".utf8)])
    }

    @Test func sha256sumReadsIt() async throws {
        try bench.folder.write("of another archive", to: "images.tar.gz.sha256")
        let saved = try await bench.save(["rancher/a:v1"], from: source.authority, ["--checksum"])
        #expect(saved.status == 0, "\(saved.errors)")
        #expect(saved.errors.contains("reading \(bench.path("images.tar.gz")) once more for its checksum, "))
        let checked = try bench.folder.shell("sha256sum --strict -c images.tar.gz.sha256")
        #expect(String(decoding: checked, as: UTF8.self) == "images.tar.gz: OK\n")
        #expect(try bench.folder.names() == ["images.tar.gz", "images.tar.gz.sha256", "list.txt"])
    }

    /// It stays where it is with the archive that it is of.
    @Test func aRunThatFailsLeavesTheOlderOne() async throws {
        try bench.folder.write("older", to: "images.tar.gz")
        try bench.folder.write("of the older", to: "images.tar.gz.sha256")
        let saved = try await bench.save(["rancher/none:v1"], from: source.authority, ["--checksum"])
        #expect(saved.status == 1)
        #expect(try bench.folder.text("images.tar.gz") == "older")
        #expect(try bench.folder.text("images.tar.gz.sha256") == "of the older")
        #expect(try bench.folder.names() == ["images.tar.gz", "images.tar.gz.sha256", "list.txt"])
    }

    @Test(arguments: ["/dev/stdout", "/dev/fd/1", "pipe"])
    func aStreamHasNone(_ name: String) async throws {
        try bench.folder.shell("mkfifo pipe")
        try bench.folder.write("rancher/a:v1\n", to: "list.txt")
        let archive = name == "pipe" ? bench.path(name) : name
        let words = ["-l", bench.path("list.txt"), "-i", archive, "-s", source.authority, "--checksum"]
        let saved = try await bench.run(.save, words)
        #expect(saved.status == 1)
        #expect(saved.errors.contains("--checksum needs a file to stand beside"))
        #expect(saved.output.isEmpty)
        #expect(source.requests.isEmpty)
    }
}
