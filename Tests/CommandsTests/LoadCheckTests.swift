import CommandLine
import Commands
import OCI
import SystemIO
import TestSupport
import Testing

/// `--check` of a load: errors are found before the first upload.
@Suite(.timeLimit(.minutes(5))) struct LoadCheckTests {
    private let registry: FakeRegistry
    private let bench: Bench
    private static let layers = ["a layer of the first image", "a layer of the second image"]

    init() async throws {
        registry = try FakeRegistry()
        bench = try Bench()
        for (name, layer) in zip(["rancher/x", "rancher/y"], Self.layers) {
            registry.addImage(
                repository: name,
                tag: "v1",
                configuration: Array(#"{"architecture":"amd64","os":"linux","comment":"\#(name)"}"#.utf8),
                layers: [Array(layer.utf8)]
            )
        }
        let saved = try await bench.save(["rancher/x:v1", "rancher/y:v1"], from: registry.authority)
        #expect(saved.status == 0)
    }

    private func checkArchive(_ words: [String] = []) async throws -> Bench.Outcome {
        try await bench.run(
            .load,
            ["--check", "-l", bench.path("list.txt"), "-i", bench.path("images.tar.gz"), "-s", registry.authority]
                + words
        )
    }

    private func check(into target: FakeRegistry) async throws -> Bench.Outcome {
        try await bench.load(source: registry.authority, target: target.authority, ["--check"])
    }

    private func flipAByte() throws {
        var bytes = try bench.directory.bytes("images.tar.gz")
        bytes[try #require(bytes.firstRange(of: Self.layers[1].utf8)).lowerBound] ^= 1
        try bench.directory.write(bytes, to: "images.tar.gz")
    }

    // MARK: The archive

    @Test func aSoundArchive() async throws {
        let asked = registry.requests.count
        let outcome = try await checkArchive()
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.lines.last == "2 of 2 images are sound, 0 of the list are missing")
        #expect(outcome.lines.first?.hasPrefix("IMAGE") == true)
        #expect(outcome.lines.dropFirst().prefix(2).allSatisfy { $0.hasSuffix("sound") })
        #expect(registry.requests.count == asked)
    }

    @Test func aTruncatedArchive() async throws {
        try bench.directory.shell("truncate -s -600 images.tar.gz")
        let outcome = try await checkArchive()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("images.tar.gz: it is cut off"))
    }

    @Test func aFlippedByte() async throws {
        try flipAByte()
        let outcome = try await checkArchive()
        #expect(outcome.status == 1)
        #expect(outcome.lines.last == "1 of 2 images are sound, 0 of the list are missing", "\(outcome.output)")
        let digest = ContentHash.digest(of: Array(Self.layers[1].utf8))
        #expect(outcome.errors.contains("\(registry.authority)/rancher/y:v1: its blob \(digest) has other bytes"))
        #expect(!outcome.errors.contains("rancher/x"))
    }

    @Test(arguments: ["docker", "legacy"], ["gzip -1", "cat"])
    func aFlippedByteInAnUnpackedLayer(format: String, packing: String) async throws {
        for (name, layer) in zip(["rancher/x", "rancher/y"], Self.layers) {
            let diffID = ContentHash.digest(of: Array(layer.utf8))
            let configuration =
                #"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["\#(diffID)"]}}"#
            registry.addImage(
                repository: name,
                tag: "v1",
                configuration: Array(configuration.utf8),
                layers: [Array(layer.utf8)]
            )
        }
        let saved = try await bench.save(
            ["rancher/x:v1", "rancher/y:v1"],
            from: registry.authority,
            ["--archive-format", format]
        )
        #expect(saved.status == 0, "\(saved.errors)")
        try bench.directory.shell("gzip -dc images.tar.gz >tar && \(packing) <tar >images.tar.gz")
        let sound = try await checkArchive()
        #expect(sound.status == 0, "\(sound.errors)")
        #expect(sound.lines.last == "2 of 2 images are sound, 0 of the list are missing", "\(sound.output)")

        var bytes = try bench.directory.bytes("tar")
        bytes[try #require(bytes.firstRange(of: Self.layers[1].utf8)).lowerBound] ^= 1
        try bench.directory.write(bytes, to: "tar")
        try bench.directory.shell("\(packing) <tar >images.tar.gz")
        let damaged = try await checkArchive()
        #expect(damaged.status == 1)
        #expect(damaged.lines.last == "1 of 2 images are sound, 0 of the list are missing", "\(damaged.output)")
        let diffID = ContentHash.digest(of: Array(Self.layers[1].utf8))
        #expect(damaged.errors.contains("\(diffID)"), "\(damaged.errors)")
        #expect(!damaged.errors.contains("rancher/x"))
    }

    @Test func anImageThatTheArchiveLacks() async throws {
        try bench.directory.write("rancher/x:v1\nrancher/z:v1\n", to: "list.txt")
        let outcome = try await checkArchive(["--failed-list", bench.path("failed.txt")])
        #expect(outcome.status == 1)
        #expect(outcome.lines.last == "2 of 2 images are sound, 1 of the list are missing")
        #expect(outcome.errors.contains("rancher/z:v1: the archive does not have it"))
        #expect(try bench.directory.text("failed.txt") == "rancher/z:v1\n")
    }

    // MARK: The registry

    @Test func missingAndExistingBlobs() async throws {
        let target = try FakeRegistry()
        let before = try await check(into: target)
        #expect(before.status == 0, "\(before.errors)")
        #expect(before.lines.dropFirst().prefix(2).allSatisfy { $0.contains("missing, ") && $0.hasSuffix(" to send") })
        #expect(target.repositories.isEmpty)

        _ = try await bench.load(source: registry.authority, target: target.authority)
        let after = try await check(into: target)
        #expect(after.status == 0)
        #expect(after.lines.dropFirst().prefix(2).allSatisfy { $0.hasSuffix("  there") }, "\(after.output)")
        #expect(after.lines.last == "2 of 2 steps can be done; 0 B would be sent")
    }

    @Test func aTargetWithAnotherDigest() async throws {
        let target = try FakeRegistry()
        let other = target.addImage(repository: "rancher/x", tag: "v1", configuration: [], layers: [])
        let outcome = try await check(into: target)
        #expect(outcome.status == 0)
        let line = outcome.lines.first { $0.contains("rancher/x:v1") }
        #expect(line?.contains("other, \(other.short), ") == true, "\(outcome.output)")
    }

    @Test func noRightToPush() async throws {
        let target = try FakeRegistry()
        target.add(
            FakeFault(.error(403, "DENIED"), method: "POST", target: "/rancher/y/blobs/uploads/", times: .max)
        )
        let outcome = try await check(into: target)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("rancher/y:v1: \(target.authority) answered 403"), "\(outcome.errors)")
        #expect(!outcome.errors.contains("rancher/x:v1"))
        #expect(outcome.lines.contains { $0.contains("rancher/y:v1") && $0.hasSuffix("fails") })
        #expect(outcome.lines.last?.hasPrefix("1 of 2 steps can be done") == true)
    }

    @Test func startedUploadsAreCancelled() async throws {
        let target = try FakeRegistry()
        _ = try await check(into: target)
        let requests = target.requests.filter { $0.path.contains("/blobs/uploads/") }
        #expect(requests.map(\.method).sorted() == ["DELETE", "DELETE", "POST", "POST"])
        #expect(!target.requests.contains { ["PUT", "PATCH"].contains($0.method) })
    }

    @Test func aFlippedByteIsFoundBeforeThePush() async throws {
        try flipAByte()
        let target = try FakeRegistry()
        let outcome = try await check(into: target)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("rancher/y:v1: its blob "))
        #expect(target.repositories.isEmpty)
    }

    @Test func missingMembersOfAList() async throws {
        try bench.directory.write("rancher/w:v1\n", to: "windows.txt")
        let target = try FakeRegistry()
        let outcome = try await bench.load(
            source: registry.authority,
            target: target.authority,
            ["--check", "--windows-image-list", bench.path("windows.txt")]
        )
        #expect(outcome.status == 1)
        #expect(
            outcome.errors.contains("rancher/w:v1: no such manifest: \(target.authority)/rancher/w:v1-windows-1809")
        )
    }
}
