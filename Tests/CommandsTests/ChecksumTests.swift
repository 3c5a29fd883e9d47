import CommandLine
import TestSupport
import Testing

/// `--checksum`: the file with the archive's SHA-256.
@Suite(.timeLimit(.minutes(5))) struct ChecksumTests {
    private let bench: Bench
    private let source: FakeRegistry

    init() throws {
        bench = try Bench()
        source = try FakeRegistry()
        source.addImage(repository: "rancher/a", tag: "v1", configuration: Array("{}".utf8), layers: [Array("a".utf8)])
    }

    @Test func sha256sumReadsIt() async throws {
        try bench.directory.write("of another archive", to: "images.tar.gz.sha256")
        let saved = try await bench.save(["rancher/a:v1"], from: source.authority, ["--checksum"])
        #expect(saved.status == 0, "\(saved.errors)")
        #expect(saved.errors.contains("reading \(bench.path("images.tar.gz")) once more for its checksum, "))
        let checked = try bench.directory.shell("sha256sum --strict -c images.tar.gz.sha256")
        #expect(String(decoding: checked, as: UTF8.self) == "images.tar.gz: OK\n")
        #expect(try bench.directory.names() == ["images.tar.gz", "images.tar.gz.sha256", "list.txt"])
    }

    @Test func noOlderChecksumStaysNextToTheTargetOfALink() async throws {
        try bench.directory.shell("mkdir real && echo older >real/images.tar.gz && echo sum >real/images.tar.gz.sha256")
        try bench.directory.shell("ln -s real/images.tar.gz images.tar.gz")
        let saved = try await bench.save(["rancher/a:v1"], from: source.authority)
        #expect(saved.status == 0, "\(saved.errors)")
        #expect(!bench.directory.exists("real/images.tar.gz.sha256"))
    }

    /// It stays where it is with the archive that it is of.
    @Test func aRunThatFailsLeavesTheOlderOne() async throws {
        try bench.directory.write("older", to: "images.tar.gz")
        try bench.directory.write("of the older", to: "images.tar.gz.sha256")
        let saved = try await bench.save(["rancher/none:v1"], from: source.authority, ["--checksum"])
        #expect(saved.status == 1)
        #expect(try bench.directory.text("images.tar.gz") == "older")
        #expect(try bench.directory.text("images.tar.gz.sha256") == "of the older")
        #expect(try bench.directory.names() == ["images.tar.gz", "images.tar.gz.sha256", "list.txt"])
    }

    @Test(arguments: ["/dev/stdout", "/dev/fd/1", "pipe"])
    func aStreamHasNone(_ name: String) async throws {
        try bench.directory.shell("mkfifo pipe")
        try bench.directory.write("rancher/a:v1\n", to: "list.txt")
        let archive = name == "pipe" ? bench.path(name) : name
        let words = ["-l", bench.path("list.txt"), "-i", archive, "-s", source.authority, "--checksum"]
        let saved = try await bench.run(.save, words)
        #expect(saved.status == 1)
        #expect(saved.errors.contains("--checksum needs a file: name one"))
        #expect(saved.output.isEmpty)
        #expect(source.requests.isEmpty)
    }

    /// Nothing of an older archive verifies, or seems to be a part of, the new one.
    @Test(
        arguments: [
            (["--checksum"], [], ["images.tar.gz"]),
            (["--split", "1M"], [], ["images.tar.gz"]),
            (["--split", "1M"], ["--checksum"], ["images.tar.gz", "images.tar.gz.sha256"]),
            ([], ["--split", "1M"], ["images.tar.gz.001", "images.tar.gz.sha256"]),
            (["--checksum"], ["--split", "1M"], ["images.tar.gz.001", "images.tar.gz.sha256"]),
        ] as [([String], [String], [String])]
    )
    func nothingOfAnOlderArchiveStays(older: [String], newer: [String], names: [String]) async throws {
        #expect(try await bench.save(["rancher/a:v1"], from: source.authority, older).status == 0)
        source.addImage(repository: "rancher/a", tag: "v1", configuration: Array("{}".utf8), layers: [Array("b".utf8)])
        // An archive of more parts than this one would make.
        if older.contains("--split") { try bench.directory.write("more", to: "images.tar.gz.002") }
        #expect(try await bench.save(["rancher/a:v1"], from: source.authority, newer).status == 0)
        #expect(try bench.directory.names() == names + ["list.txt"])
        if names.contains("images.tar.gz.sha256") {
            try bench.directory.shell("sha256sum --strict -c images.tar.gz.sha256")
        }
    }
}
