import CommandLine
import OCI
import SystemIO
import TestSupport
import Testing

/// Messages on standard error, with and without `--quiet`.
@Suite(.timeLimit(.minutes(5))) struct QuietTests {
    private let bench: Bench
    private let registry: FakeRegistry
    /// Two images without layers; a manifest list and a foreign layer cause notices.
    private let list = ["rancher/a:v1", "rancher/b:v1", "rancher/none:v1"]

    init() throws {
        bench = try Bench()
        registry = try FakeRegistry()
        for name in ["rancher/a", "rancher/b"] {
            let configuration = Array(#"{"os":"linux","architecture":"amd64","config":{"n":"\#(name)"}}"#.utf8)
            let digest = registry.addBlob(configuration, repository: name)
            let manifest = """
                {"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":\
                {"mediaType":"application/vnd.docker.container.image.v1+json","size":\(configuration.count),\
                "digest":"\(digest)"},"layers":[{"mediaType":\
                "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip","size":5,"digest":\
                "sha256:\(String(repeating: "0", count: 64))","urls":["http://127.0.0.1:1/layer"]}]}
                """
            registry.addManifest(Array(manifest.utf8), mediaType: .dockerManifest, repository: name, tag: "v1")
        }
    }

    private func errors(_ list: [String], _ words: [String] = []) async throws -> [String] {
        let saved = try await bench.save(list, from: registry.authority, ["--fresh"] + words)
        #expect(saved.lines.contains("Image pull success: \(registry.authority)/rancher/a:v1"))
        return saved.errors.split(separator: "\n").map(String.init)
    }

    private var cause: String { "rancher-save-images: \(registry.authority)/rancher/none:v1: " }
    private let left =
        ": its foreign layers are left out of the archive, as docker does: who pulls the image will fetch"

    @Test func noticesOfOneKindAreOneSentence() async throws {
        let errors = try await errors(list)
        #expect(errors.count == 3, "\(errors)")
        #expect(errors[0].hasPrefix(cause))
        #expect(errors[1].hasPrefix("rancher-save-images: 2 images have foreign layers, which are left out"))
        #expect(errors[1].hasSuffix("; --verbose names them"))
        #expect(errors[2] == "rancher-save-images: 2 of 3 images saved, 1 failed")
    }

    @Test func aSingleNoticeIsUnchanged() async throws {
        let errors = try await errors(Array(list.prefix(1)))
        #expect(errors.count == 2)
        #expect(errors[0].hasPrefix("rancher-save-images: \(registry.authority)/rancher/a:v1\(left)"))
    }

    @Test func verbosePrintsAllNotices() async throws {
        let errors = try await errors(list, ["--verbose"])
        for name in ["rancher/a:v1", "rancher/b:v1"] {
            #expect(errors.contains { $0.hasPrefix("rancher-save-images: \(registry.authority)/\(name)\(left)") })
        }
        #expect(!errors.contains { $0.contains("--verbose") })
    }

    @Test(arguments: [["--quiet"], ["--quiet", "--verbose", "--progress", "plain"]])
    func quietLeavesFailuresAndTheCount(words: [String]) async throws {
        let errors = try await errors(list, words)
        #expect(errors.count == 2, "\(errors)")
        #expect(errors[0].hasPrefix(cause))
        #expect(errors[1] == "rancher-save-images: 2 of 3 images saved, 1 failed")
    }

    @Test func quietKeepsLinesAndFailuresOfStandardOutput() async throws {
        try bench.directory.write("rancher/a:v1\n", to: "list.txt")
        let files = ["-l", bench.path("list.txt"), "-i", bench.path("images.tar.gz"), "-s", registry.authority]
        try bench.directory.write("", to: "errors")
        let status = try await bench.run(
            .save,
            files + ["--quiet"],
            output: File("/dev/full", for: .writing),
            errors: File(bench.path("errors"), for: .updating)
        )
        #expect(status == 1)
        #expect(try bench.directory.text("errors").contains("No space left on device; lines are missing there"))
    }

    @Test func theVariableIsEnough() async throws {
        let saved = try await bench.save(
            list,
            from: registry.authority,
            environment: ["RANCHER_IMAGES_QUIET": "yes"]
        )
        #expect(saved.errors.split(separator: "\n").count == 2)
    }
}
