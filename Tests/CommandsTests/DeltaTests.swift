import CommandLine
import ImageArchive
import OCI
import SystemIO
import TestSupport
import Testing

/// Archives that leave out what an older one has (`--since`).
@Suite(.timeLimit(.minutes(5))) struct DeltaTests {
    private let bench: Bench
    private let source: FakeRegistry
    private let target: FakeRegistry
    private let list: [String]

    init() async throws {
        bench = try Bench()
        source = try FakeRegistry()
        target = try FakeRegistry()
        list = (0..<20).map { "rancher/image\($0):v1" }
        for number in 0..<20 { Self.addImage(number, version: 1, to: source) }
        let saved = try await bench.save(list, from: source.authority, ["-i", bench.path("older.tar.gz")])
        try #require(saved.status == 0)
    }

    /// An image of a layer that all have and one of its own; another version has another one.
    private static func addImage(
        _ number: Int,
        version: Int,
        to registry: FakeRegistry,
        as repository: String? = nil
    ) {
        registry.addImage(
            repository: repository ?? "rancher/image\(number)",
            tag: "v1",
            configuration: Array(#"{"os":"linux","architecture":"amd64","n":"\#(number).\#(version)"}"#.utf8),
            layers: [sampleBytes(100_000, seed: 999), sampleBytes(100_000, seed: number * 10 + version)]
        )
    }

    private func saveDelta(_ list: [String], _ words: [String] = []) async throws -> Bench.Outcome {
        let files = ["--since", bench.path("older.tar.gz"), "-i", bench.path("delta.tar.gz")]
        return try await bench.save(list, from: source.authority, files + words)
    }

    private func load(_ archive: String) async throws -> Bench.Outcome {
        try await bench.load(bench.path(archive), source: source.authority, target: target.authority)
    }

    private func size(_ archive: String) throws -> Int64 { try File(bench.path(archive), for: .reading).size }

    /// A name resolves to the same manifest in both registries.
    private func isSame(_ name: String) -> Bool {
        let parts = name.split(separator: ":").map(String.init)
        let manifest = source.manifest(parts[0], parts[1])
        return manifest != nil && target.manifest(parts[0], parts[1]) == manifest
    }

    @Test func twoOfTwentyImagesHaveChanged() async throws {
        #expect(try await load("older.tar.gz").status == 0)
        for number in [3, 17] { Self.addImage(number, version: 2, to: source) }
        let saved = try await saveDelta(list)
        #expect(saved.status == 0)
        #expect(saved.lines.filter { $0.hasPrefix("Image pull success") }.count == 20)
        #expect(saved.errors.contains("37 blobs (1.9 MB) were left out, which older.tar.gz has: docker cannot load"))
        let (whole, delta) = (try size("older.tar.gz"), try size("delta.tar.gz"))
        #expect(delta * 8 < whole, "\(delta) of \(whole) bytes")

        let uploads = target.requests.filter { ["PUT", "PATCH"].contains($0.method) && $0.path.contains("/blobs/") }
            .count
        let loaded = try await load("delta.tar.gz")
        #expect(loaded.status == 0)
        #expect(list.allSatisfy(isSame))
        let all = target.requests.filter { ["PUT", "PATCH"].contains($0.method) && $0.path.contains("/blobs/") }.count
        #expect(all - uploads == 4, "two layers and two configurations")
    }

    @Test(arguments: [true, false])
    func aBlobOfAnotherRepositoryIsTakenFromThere(mounts: Bool) async throws {
        #expect(try await load("older.tar.gz").status == 0)
        target.switches.mounts = mounts
        Self.addImage(5, version: 1, to: source, as: "rancher/moved")
        let names = ["rancher/image5:v1", "rancher/moved:v1"]
        #expect(try await saveDelta(names).status == 0)
        let loaded = try await load("delta.tar.gz")
        #expect(loaded.status == 0)
        #expect(names.allSatisfy(isSame))
        #expect(loaded.lines.contains { $0.contains("Mounted from") } == mounts)
    }

    @Test func missingBlobsAreReportedBeforeAnythingIsPushed() async throws {
        Self.addImage(3, version: 2, to: source)
        #expect(try await saveDelta(list).status == 0)
        let loaded = try await load("delta.tar.gz")
        #expect(loaded.status == 1)
        #expect(
            loaded.errors.contains(
                "is a delta, and the registry lacks 39 blobs that it leaves out: load older.tar.gz first\n"
            )
        )
        #expect(loaded.errors.contains("which this delta leaves out: load older.tar.gz first\n"))
        #expect(target.requests.allSatisfy { ["GET", "HEAD"].contains($0.method) })
    }

    /// The images that need nothing of the older archive are there.
    @Test func oneImageFailsAlone() async throws {
        source.addImage(
            repository: "rancher/new",
            tag: "v1",
            configuration: Array(#"{"os":"linux","architecture":"amd64"}"#.utf8),
            layers: [sampleBytes(100_000, seed: 7777)]
        )
        #expect(try await saveDelta(["rancher/image1:v1", "rancher/new:v1", "rancher/image2:v1"]).status == 0)
        let loaded = try await load("delta.tar.gz")
        #expect(loaded.status == 0)
        #expect(loaded.errors.contains("1 of 3 images loaded, 2 failed"))
        #expect(isSame("rancher/new:v1"))
    }

    /// A delta to a delta counts on what both leave out and have.
    @Test(arguments: ["cp older.tar.gz base", "gzip -dc older.tar.gz | gzip >base", "gzip -dc older.tar.gz >base"])
    func aDeltaToADelta(packing: String) async throws {
        try bench.directory.shell(packing)
        #expect(try await load("older.tar.gz").status == 0)
        Self.addImage(3, version: 2, to: source)
        let first = ["--since", bench.path("base"), "-i", bench.path("first")]
        #expect(try await bench.save(list, from: source.authority, first).status == 0)
        #expect(try await load("first").status == 0)
        Self.addImage(4, version: 2, to: source)
        let second = ["--since", bench.path("first"), "-i", bench.path("second")]
        let saved = try await bench.save(list, from: source.authority, second)
        #expect(saved.errors.contains("39 blobs"), "\(saved.errors)")
        #expect(try await load("second").status == 0)
        #expect(list.allSatisfy(isSame))
    }

    /// The list of the older archive stands for it.
    @Test func aDeltaNeedsOnlyTheListOfTheOlderArchive() async throws {
        let listed = try await bench.run(.load, ["-i", bench.path("older.tar.gz"), "--list", "--format", "json"])
        try bench.directory.write(listed.output, to: "older.json")
        #expect(try await load("older.tar.gz").status == 0)
        for number in [3, 17] { Self.addImage(number, version: 2, to: source) }
        #expect(try await saveDelta(list).status == 0)
        let byArchive = try bench.directory.bytes("delta.tar.gz")
        try bench.directory.shell("rm older.tar.gz delta.tar.gz")
        let files = ["--since", bench.path("older.json"), "-i", bench.path("delta.tar.gz")]
        let saved = try await bench.save(list, from: source.authority, files)
        #expect(saved.errors.contains("37 blobs (1.9 MB) were left out, which older.tar.gz has"), "\(saved.errors)")
        #expect(try bench.directory.bytes("delta.tar.gz") == byArchive)
        #expect(try await load("delta.tar.gz").status == 0)
        #expect(list.allSatisfy(isSame))
    }

    @Test(arguments: ["{}", #"{"version":2,"archive":"a","images":[]}"#, "{"])
    func aListOfAnotherKindEndsTheRun(_ json: String) async throws {
        try bench.directory.write(json, to: "older.json")
        let files = ["--since", bench.path("older.json"), "-i", bench.path("delta.tar.gz")]
        let saved = try await bench.save(list, from: source.authority, files)
        #expect(saved.status == 1)
        #expect(saved.errors.contains("older.json: it cannot be read: it is not what --list --format json prints"))
    }

    /// `--check` reports before a load whether the registry has the blobs that the delta omits.
    @Test func aCheckVerifiesOmittedBlobs() async throws {
        Self.addImage(3, version: 2, to: source)
        #expect(try await saveDelta(list).status == 0)
        func check() async throws -> Bench.Outcome {
            let files = ["-l", bench.path("list.txt"), "-i", bench.path("delta.tar.gz")]
            return try await bench.run(.load, files + ["-s", source.authority, "-r", target.authority, "--check"])
        }
        let before = try await check()
        #expect(before.status == 1)
        #expect(before.errors.contains("is a delta, and the registry lacks 39 blobs that it leaves out"))
        #expect(target.repositories == [])
        #expect(try await load("older.tar.gz").status == 0)
        let after = try await check()
        #expect(after.status == 0, "\(after.errors)")
        #expect(after.lines.last?.hasPrefix("20 of 20 steps can be done; ") == true, "\(after.output)")
    }

    @Test func anArchiveWithoutTheBlobsIsReported() async throws {
        source.addImage(repository: "rancher/new", tag: "v1", configuration: Array("{}".utf8), layers: [[1, 2, 3]])
        let saved = try await saveDelta(["rancher/new:v1"])
        #expect(saved.status == 0)
        #expect(
            saved.errors.contains("nothing was left out: \(bench.path("older.tar.gz")) has no blob of these images")
        )
        let archive = try DockerArchive(path: bench.path("delta.tar.gz"))
        #expect(archive.omitted.isEmpty)
    }

    @Test func aFileThatIsNoArchiveEndsTheRun() async throws {
        try bench.directory.write("nonsense", to: "older.tar.gz")
        let saved = try await saveDelta(list)
        #expect(saved.status == 1)
        #expect(saved.errors.contains("\(bench.path("older.tar.gz")): "))
        #expect(try !bench.directory.names().contains("delta.tar.gz"))
    }
}
