import CommandLine
import Commands
import Glibc
import SystemIO
import TestSupport
import Testing

/// Failures are reported, and an older archive stays unchanged.
@Suite(.timeLimit(.minutes(5))) struct FailureTests {
    /// Returns a registry with an image of two layers.
    private static func registry(_ switches: FakeSwitches = FakeSwitches()) throws -> FakeRegistry {
        let registry = try FakeRegistry(switches)
        registry.addImage(
            repository: "rancher/x",
            tag: "v1",
            configuration: Array("{}".utf8),
            layers: [Array("a layer".utf8), Array("another".utf8)]
        )
        return registry
    }

    private static func bench() throws -> Bench {
        let bench = try Bench()
        try bench.directory.write("older", to: "images.tar.gz")
        return bench
    }

    private static func isUntouched(_ bench: Bench) throws -> Bool {
        let names = try bench.directory.names()
        return try bench.directory.text("images.tar.gz") == "older" && !names.contains { $0.hasSuffix(".unfinished") }
    }

    @Test func aBlobWithTheWrongDigest() async throws {
        let registry = try Self.registry()
        registry.add(FakeFault(.wrongByte, method: "GET", target: "/blobs/", times: 100))
        let bench = try Self.bench()
        let saved = try await bench.save(["rancher/x:v1"], from: registry.authority)
        #expect(saved.status == 1)
        #expect(saved.errors.contains("has the digest"))
        #expect(saved.errors.contains("\(registry.authority)/rancher/x"))
        #expect(try Self.isUntouched(bench))
    }

    @Test func aTruncatedBody() async throws {
        let registry = try Self.registry()
        registry.add(FakeFault(.transport(.cutBody(after: 0)), method: "GET", target: "/blobs/", times: .max))
        let bench = try Self.bench()
        let saved = try await bench.save(["rancher/x:v1"], from: registry.authority, ["--patience", "1s"])
        #expect(saved.status == 1)
        #expect(saved.errors.contains("blob sha256:"))
        #expect(try Self.isUntouched(bench))
    }

    @Test func aMissingImage() async throws {
        let registry = try Self.registry()
        let bench = try Self.bench()
        let saved = try await bench.save(["rancher/x:v1", "rancher/none:v1"], from: registry.authority)
        #expect(saved.status == 0, "some images failing is no failure, as with the scripts")
        #expect(saved.lines.contains("Image pull failed: \(registry.authority)/rancher/none:v1"))
        #expect(saved.errors.contains("\(registry.authority)/rancher/none:v1: "))
        #expect(saved.errors.contains("404"))
        #expect(saved.errors.contains("1 of 2 images saved, 1 failed"))

        let strict = try await bench.save(["rancher/x:v1", "rancher/none:v1"], from: registry.authority, ["--strict"])
        #expect(strict.status == 1)
    }

    @Test func aListOfMissingImages() async throws {
        let registry = try Self.registry()
        let bench = try Self.bench()
        let saved = try await bench.save(["rancher/none:v1"], from: registry.authority)
        #expect(saved.status == 1)
        #expect(saved.lines.last == "No docker images pulled; skipping \(bench.path("images.tar.gz")).")
        #expect(try Self.isUntouched(bench))
    }

    @Test func aRefusedLogin() async throws {
        var switches = FakeSwitches()
        switches.authentication = .basic(user: "me", password: "right")
        let registry = try Self.registry(switches)
        let bench = try Self.bench()
        // me:wrong-secret
        try bench.directory.write(
            #"{"auths":{"\#(registry.authority)":{"auth":"bWU6d3Jvbmctc2VjcmV0"}}}"#,
            to: "login/config.json"
        )
        let saved = try await bench.save(
            ["rancher/x:v1"],
            from: registry.authority,
            environment: ["DOCKER_CONFIG": bench.path("login")]
        )
        #expect(saved.status == 1)
        #expect(saved.errors.contains("docker login \(registry.authority)"))
        #expect(!saved.errors.contains("wrong-secret") && !saved.errors.contains("bWU6d3Jvbmctc2VjcmV0"))
        #expect(try Self.isUntouched(bench))
    }

    @Test func anUnreachableRegistry() async throws {
        let registry = try Self.registry()
        registry.stop()
        let bench = try Self.bench()
        let saved = try await bench.save(["rancher/x:v1"], from: registry.authority, ["--patience", "1s"])
        #expect(saved.status == 1)
        #expect(saved.errors.contains("cannot reach the registry \(registry.authority)"))
        #expect(try Self.isUntouched(bench))
    }

    @Test func anInvalidReference() async throws {
        let registry = try Self.registry()
        let bench = try Self.bench()
        let saved = try await bench.save(["rancher/X:v1", "rancher/x:v1"], from: registry.authority)
        #expect(saved.status == 0)
        #expect(saved.errors.contains("repository name (rancher/X) must be lowercase"))
        #expect(saved.lines.contains("Image pull failed: \(registry.authority)/rancher/X:v1"))
    }

    @Test func aMissingDirectory() async throws {
        let registry = try Self.registry()
        let bench = try Bench()
        try bench.directory.write("rancher/x:v1\n", to: "list.txt")
        let words = ["-l", bench.path("list.txt"), "-s", registry.authority, "-i", bench.path("none/images.tar.gz")]
        let saved = try await bench.run(.save, words)
        #expect(saved.status == 1)
        #expect(saved.output.isEmpty, "said before anything is pulled")
        #expect(registry.requests.isEmpty)
        #expect(saved.errors.contains("none/images.tar.gz: No such file or directory"))
    }

    @Test func aMissingList() async throws {
        let bench = try Bench()
        let saved = try await bench.run(.save, ["-l", bench.path("none.txt"), "-i", bench.path("images.tar.gz")])
        #expect(saved.status == 1)
        #expect(saved.output.isEmpty)
        #expect(saved.errors.contains("none.txt"))
    }

    @Test func aFileThatIsNoArchive() async throws {
        let registry = try Self.registry()
        let bench = try Bench()
        try bench.directory.write("rancher/x:v1\n", to: "list.txt")
        try bench.directory.write("not an archive", to: "images.tar.gz")
        let loaded = try await bench.load(source: registry.authority, target: registry.authority)
        #expect(loaded.status == 1)
        #expect(loaded.errors.contains("images.tar.gz: it is not an archive of images"))
        #expect(registry.requests.isEmpty)
    }

    @Test func missingImagesOfAnArchiveAreNamed() async throws {
        let registry = try Self.registry()
        let bench = try Bench()
        _ = try await bench.save(["rancher/x:v1"], from: registry.authority)
        try bench.directory.write("rancher/x:v1\nrancher/other:v2\n", to: "list.txt")
        let loaded = try await bench.load(source: registry.authority, target: "\(registry.authority)/mirror")
        #expect(loaded.status == 0)
        #expect(loaded.errors.contains("has no image called \(registry.authority)/rancher/other:v2"))
        #expect(registry.manifest("mirror/rancher/x", "v1") != nil)
    }

    @Test func failedImagesAreAList() async throws {
        let registry = try Self.registry()
        let bench = try Bench()
        let words = ["--failed-list", bench.path("failed.txt")]
        _ = try await bench.save(["rancher/none:v1", "rancher/x:v1"], from: registry.authority, words)
        let failed = try bench.directory.text("failed.txt")
        #expect(failed == "rancher/none:v1\n", "as the list has it, without the source registry")
    }

    @Test func aCorruptBlobInAStreamEndsTheRun() async throws {
        let registry = try Self.registry()
        let layer = sampleBytes(3_000_000)
        registry.addImage(repository: "rancher/y", tag: "v1", configuration: Array("{}".utf8), layers: [layer])
        let digest = registry.addBlob(layer, repository: "rancher/y")
        registry.add(FakeFault(.wrongByte, method: "GET", target: "\(digest)"))
        let bench = try Bench()
        let saved = try await bench.save(["rancher/y:v1"], from: registry.authority, ["-i", "/dev/stdout"])
        #expect(saved.status == 1)
        #expect(saved.errors.contains(" has the digest sha256:"))
    }

    @Test func theListOfFailedImagesCanBeAPipe() async throws {
        let registry = try Self.registry()
        let bench = try Bench()
        let pipe = bench.path("failed")
        try #require(mkfifo(pipe, 0o600) == 0)
        // The reader opens the pipe first.
        let reader = try File(pipe, for: .updating)
        let saved = try await bench.save(
            ["rancher/none:v1", "rancher/x:v1"],
            from: registry.authority,
            ["--failed-list", pipe]
        )
        #expect(saved.status == 0)
        try #require(File.isStream(pipe), "a file has taken the pipe's place")
        #expect(try reader.readBytes(16) == Array("rancher/none:v1\n".utf8))
    }

    /// A list from a pipe without a writer.
    @Test(arguments: [Program.save, .load])
    func aStoppedRunDoesNotWaitForTheListsWriter(program: Program) async throws {
        let bench = try Bench()
        let pipe = bench.path("list")
        try #require(mkfifo(pipe, 0o600) == 0)
        let registry = program == .load ? ["-r", "127.0.0.1:1"] : []
        let run = Task { try await bench.run(program, ["-l", pipe, "--engine", "registry"] + registry) }
        run.cancel()
        // Ends the run if it waits for the list nevertheless.
        let rescue = Task {
            try await Task.sleep(for: .seconds(20))
            _ = try await onThread { try File(pipe, for: .updating) }
        }
        let outcome = try await run.value
        rescue.cancel()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains(": stopped; "))
    }

    @Test func invalidArgumentsStartNothing() async throws {
        let bench = try Bench()
        let status = await CommandLineTool.run(
            .save,
            arguments: [],
            environment: [:],
            output: try File(bench.path("output"), for: .creating),
            errors: try File(bench.path("errors"), for: .creating)
        )
        #expect(status == 1)
        #expect(try bench.directory.text("errors").contains("mount /proc"))
    }
}
