import CommandLine
import TestSupport
import Testing

/// A list without images is what a failed download leaves: a warning, and an error of a strict run.
@Suite(.timeLimit(.minutes(2))) struct EmptyListTests {
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

    private var sentence: String { "the image list '\(bench.path("list.txt"))' names no image: check how it was made" }

    @Test(arguments: [[], ["", "# rancher/a:v1", "  "]])
    func ofASave(lines: [String]) async throws {
        let skipping = "No docker images pulled; skipping \(bench.path("images.tar.gz")).\n"
        let saved = try await bench.save(lines, from: registry.authority)
        #expect(saved.status == 0)
        #expect(saved.errors.contains("warning: \(sentence)"))
        #expect(saved.output == skipping)
        let strict = try await bench.save(lines, from: registry.authority, ["--strict"])
        #expect(strict.status == 1)
        #expect(strict.errors.contains(sentence))
        #expect(strict.output == skipping)
    }

    @Test func ofASaveInPowerShellMode() async throws {
        let words = ["-l", bench.path("list.txt"), "-i", bench.path("images.tar"), "--strict"]
        try bench.directory.write("", to: "list.txt")
        let saved = try await bench.run(.save, words, as: "rancher-save-images.ps1")
        #expect(saved.status == 1)
        #expect(saved.errors.contains(sentence))
        #expect(saved.output.hasPrefix("Could not save empty images to host\n"))
    }

    @Test(arguments: ["--image-list", "--windows-image-list"])
    func ofALoad(flag: String) async throws {
        _ = try await bench.save(["rancher/a:v1"], from: registry.authority)
        let target = try FakeRegistry()
        try bench.directory.write("\n", to: "empty.txt")
        let words = [flag, bench.path("empty.txt")]
        let strict = try await bench.load(source: registry.authority, target: target.authority, words + ["--strict"])
        #expect(strict.status == 1)
        #expect(strict.errors.contains("'\(bench.path("empty.txt"))' names no image"))
        #expect(strict.output.isEmpty)
        #expect(target.requests.isEmpty)
        let loaded = try await bench.load(source: registry.authority, target: target.authority, words)
        #expect(loaded.status == 0, "\(loaded.errors)")
        #expect(loaded.errors.contains("warning: the image list '\(bench.path("empty.txt"))' names no image"))
    }
}
