import CommandLine
import OCI
import SystemIO
import TestSupport
import Testing

/// Archives that are repaired in place (`--repair`).
@Suite(.timeLimit(.minutes(5))) struct RepairTests {
    private let bench: Bench
    private let source: FakeRegistry
    private let list: [String]
    private let intact: [UInt8]

    private var archive: String { bench.path("images.tar.gz") }

    init() async throws {
        bench = try Bench()
        source = try FakeRegistry()
        list = (0..<12).map { "rancher/image\($0):v1" }
        for number in 0..<12 { Self.addImage(number, version: 1, to: source) }
        let saved = try await bench.save(list, from: source.authority)
        try #require(saved.status == 0)
        intact = try bench.directory.bytes("images.tar.gz")
    }

    private static func addImage(_ number: Int, version: Int, to registry: FakeRegistry) {
        registry.addImage(
            repository: "rancher/image\(number)",
            tag: "v1",
            configuration: Array(#"{"os":"linux","architecture":"amd64","n":"\#(number).\#(version)"}"#.utf8),
            layers: [999, number * 10 + version]
                .map { sampleBytes(150_000, seed: $0) }
        )
    }

    private func damage(_ change: (inout [UInt8]) -> Void) throws {
        var bytes = intact
        change(&bytes)
        try File(archive, for: .creating).write(bytes)
    }

    private func repair(_ words: [String] = []) async throws -> Bench.Outcome {
        try await bench.run(.save, ["--repair", archive] + words)
    }

    private func isRepaired() throws -> Bool {
        try bench.directory.names().sorted() == ["images.tar.gz", "list.txt"]
            && bench.directory.bytes("images.tar.gz") == intact
    }

    @Test func aSoundArchiveIsVerified() async throws {
        let before = source.requests.count
        let repaired = try await repair()
        #expect(repaired.status == 0)
        #expect(repaired.output.isEmpty)
        #expect(repaired.errors.hasSuffix("\(archive) is sound: 25 blobs of 12 images are what their digests say\n"))
        #expect(try isRepaired())
        #expect(source.requests[before...].allSatisfy { !$0.path.contains("/blobs/") })
    }

    @Test(arguments: 1...4)
    func twentyFlippedBytes(seed: Int) async throws {
        var generator = Generator(state: UInt64(seed))
        try damage { bytes in
            for _ in 0..<20 { bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= 0x40 }
        }
        let repaired = try await repair(["-l", bench.path("list.txt"), "-s", source.authority])
        #expect(repaired.status == 0, "\(repaired.errors)")
        #expect(repaired.errors.contains("\(archive) is repaired: "))
        #expect(try isRepaired())
    }

    @Test(arguments: [0.1, 0.5, 0.99])
    func aTruncatedArchive(share: Double) async throws {
        try damage { bytes in bytes.removeLast(Int(Double(bytes.count) * (1 - share))) }
        let repaired = try await repair(["-l", bench.path("list.txt"), "-s", source.authority])
        #expect(repaired.status == 0, "\(repaired.errors)")
        #expect(try isRepaired())
    }

    /// A digest in `index.json` is another one, as only the checksum of its gzip member shows.
    @Test func aDamagedTableOfNames() async throws {
        try damage { bytes in
            let digest = Array(#""digest":"sha256:"#.utf8)
            let starts = bytes.indices.dropLast(digest.count).filter { bytes[$0...].starts(with: digest) }
            bytes[starts[starts.count / 2] + digest.count] ^= 1
        }
        let repaired = try await repair()
        #expect(repaired.status == 0, "\(repaired.errors)")
        #expect(try isRepaired())
    }

    /// The archive lists its images, whatever their tags resolve to now.
    @Test func aTagThatHasMovedIsNotFollowed() async throws {
        let manifest = try #require(source.manifest("rancher/image3", "v1"))
        Self.addImage(3, version: 2, to: source)
        source.addManifest(manifest.bytes, mediaType: .dockerManifest, repository: "rancher/image3")
        try damage { bytes in bytes[bytes.count / 3] ^= 1 }
        let repaired = try await repair()
        #expect(repaired.status == 0, "\(repaired.errors)")
        #expect(try isRepaired())
    }

    @Test func aBlobThatNoRegistryHasLeavesTheArchiveUnchanged() async throws {
        try damage { bytes in bytes[bytes.count / 3] ^= 1 }
        let damaged = try bench.directory.bytes("images.tar.gz")
        source.add(FakeFault(.error(404, "BLOB_UNKNOWN"), method: "GET", target: "/blobs/", times: .max))
        let repaired = try await repair()
        #expect(repaired.status == 1)
        #expect(repaired.errors.contains("\(archive) was not repaired and is unchanged: "))
        #expect(try bench.directory.names().sorted() == ["images.tar.gz", "list.txt"])
        #expect(try bench.directory.bytes("images.tar.gz") == damaged)
    }

    @Test(arguments: ["gzip -dc images.tar.gz | gzip >other && mv other images.tar.gz", "echo nonsense >images.tar.gz"])
    func anArchiveOfAnotherProgramIsNotChanged(packing: String) async throws {
        try bench.directory.shell(packing)
        let other = try bench.directory.bytes("images.tar.gz")
        let repaired = try await repair(["-l", bench.path("none")])
        #expect(repaired.status == 1)
        #expect(try bench.directory.bytes("images.tar.gz") == other)
    }

    @Test func anArchiveThatIsNotThere() async throws {
        let repaired = try await bench.run(.save, ["--repair", bench.path("none.tar.gz")])
        #expect(repaired.status == 1)
        #expect(repaired.errors.contains("none.tar.gz"))
    }
}

/// The same numbers in every run.
private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 29
    }
}
