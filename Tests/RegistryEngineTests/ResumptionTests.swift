import Engine
import ImageArchive
import OCI
import Registry
import RegistryEngine
import Synchronization
import SystemIO
import TestSupport
import Testing

/// A save that resumes an interrupted one, and a save that copies blobs from other archives.
@Suite(.timeLimit(.minutes(5))) struct ResumptionTests {
    private let fixture: EngineFixture
    private let layers: [[UInt8]]
    private let counted = Counted()
    private let names = ["large/a:v1", "large/b:v1", "large/c:v1"]

    init() throws {
        fixture = try EngineFixture()
        layers = (0..<4).map { sampleBytes(2_000_000 + $0, seed: $0) }
        for (index, name) in ["large/a", "large/b", "large/c"].enumerated() {
            fixture.source.addImage(
                repository: name,
                tag: "v1",
                configuration: Array(#"{"os":"linux","architecture":"amd64","config":{"n":\#(index)}}"#.utf8),
                layers: [layers[index], layers[3]]
            )
        }
    }

    /// Saves into an output that resumes a partial archive.
    @discardableResult
    private func save(
        _ names: [String],
        isFresh: Bool = false,
        reuse: [String] = [],
        wrapping: OuterCompression = .gzip(level: 6)
    ) async throws -> [PullEvents.Event] {
        let output = try ArchiveOutput(path: fixture.archive, continues: true, isFresh: isFresh)
        return try await fixture.save(
            names,
            with: RegistrySaver(try fixture.setup(wrapping: wrapping, output: output, reuse: reuse))
        )
    }

    /// The number of bytes that the registry has sent since the last call, including response heads and manifests.
    private func fetched() -> Int {
        let now = fixture.source.sentBytes
        return Int(
            now
                - counted.value.withLock { last in
                    defer { last = now }
                    return last
                }
        )
    }

    private final class Counted: Sendable {
        let value = Mutex<Int64>(0)
    }

    /// Cancels a save once the registry stalls in the middle of a layer.
    private func interrupt(_ names: [String], after count: Int, of layer: Int) async throws {
        let digest = ContentHash.digest(of: layers[layer])
        fixture.source.add(FakeFault(.transport(.stallBody(after: count)), target: "blobs/\(digest)", times: .max))
        let task = Task { [self] in try await save(names) }
        for _ in 0..<5000
        where (try? fixture.directory.text("a.tar.gz.unfinished.journal").contains("\(digest)")) != true {
            try await Task.sleep(for: .milliseconds(2))
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        fixture.source.removeFaults()
    }

    @Test func downloadedBlobsAreNotDownloadedAgain() async throws {
        try await fixture.save(names)
        let undisturbed = try fixture.directory.bytes("a.tar.gz")
        try fixture.directory.shell("rm a.tar.gz")
        _ = fetched()

        try await interrupt(names, after: 1_000_000, of: 1)
        #expect(try fixture.directory.names() == ["a.tar.gz.unfinished", "a.tar.gz.unfinished.journal"])
        let first = fetched()
        try await save(names)
        let second = fetched()
        #expect(try fixture.directory.bytes("a.tar.gz") == undisturbed)
        #expect(try fixture.directory.names() == ["a.tar.gz"])
        let all = layers.reduce(0) { $0 + $1.count }
        #expect(second < all, "\(first) and \(second) of \(all)")
        #expect(first + second < all * 115 / 100, "\(first) and \(second) of \(all)")
        #expect(fixture.notices.withLock { $0.contains { $0.hasPrefix("continuing: ") } })
    }

    @Test func aPartialLayerResumesWithARange() async throws {
        try await interrupt(["large/a:v1"], after: 1_500_000, of: 0)
        let before = fixture.source.requests.count
        let counted = fixture.counters.snapshot
        try await save(["large/a:v1"])
        let path = "blobs/\(ContentHash.digest(of: layers[0]))"
        let again = fixture.source.requests.dropFirst(before).filter { $0.path.hasSuffix(path) }
        let range = try #require(again.first?.headers["Range"])
        let start = try #require(Int(range.dropFirst("bytes=".count).dropLast()))
        #expect(start > 1_000_000, "\(range)")
        let snapshot = fixture.counters.snapshot
        let planned = snapshot.bytes.planned - counted.bytes.planned
        #expect(snapshot.bytes.done - counted.bytes.done == planned)
        // What was there is done, but was not moved.
        let shared = "blobs/\(ContentHash.digest(of: layers[3]))"
        let isSharedFetched = fixture.source.requests.dropFirst(before).contains { $0.path.hasSuffix(shared) }
        let fetched = layers[0].count - start + (isSharedFetched ? layers[3].count : 0)
        let configuration = 0...100
        #expect(configuration.contains(Int(snapshot.moved - counted.moved) - fetched))
        try fixture.directory.shell("gzip -t a.tar.gz")
        #expect(try DockerArchive(path: fixture.archive).images.count == 1)
    }

    @Test(arguments: [0, 300_000])
    func damagedBlobsAreDownloadedAgain(offset: Int) async throws {
        try await fixture.save(names)
        let undisturbed = try fixture.directory.bytes("a.tar.gz")
        try fixture.directory.shell("rm a.tar.gz")
        try await interrupt(names, after: 1_000_000, of: 1)
        var bytes = try fixture.directory.bytes("a.tar.gz.unfinished")
        // A byte of a frame, and one of a layer.
        let layer = try #require(bytes.firstRange(of: layers[3].prefix(4096))).lowerBound
        bytes[offset == 0 ? layer - 512 - 10 : layer + offset] ^= 1
        try fixture.directory.write(bytes, to: "a.tar.gz.unfinished")
        try await save(names)
        #expect(try fixture.directory.bytes("a.tar.gz") == undisturbed)
    }

    @Test(arguments: ["9223372036854775807", "-1", "1152921504606846976", "x"])
    func aWrongJournalLineCostsOnlyItsBlob(offset: String) async throws {
        try await fixture.save(names)
        let undisturbed = try fixture.directory.bytes("a.tar.gz")
        try fixture.directory.shell("rm a.tar.gz")
        try await interrupt(names, after: 1_000_000, of: 1)
        let journal = try fixture.directory.text("a.tar.gz.unfinished.journal").split(separator: "\n")
        let lies = journal.dropFirst()
            .map { line in
                var words = line.split(separator: " ").map(String.init)
                words[1] = offset
                return words.joined(separator: " ")
            }
        try fixture.directory.write(
            ([String(journal[0])] + lies).map { $0 + "\n" }.joined(),
            to: "a.tar.gz.unfinished.journal"
        )
        try await save(names)
        #expect(try fixture.directory.bytes("a.tar.gz") == undisturbed)
    }

    @Test(arguments: [["large/c:v1", "busybox:1", "large/b:v1"], ["large/a:v1"], ["busybox:1", "rancher/tiny:v1"]])
    func anotherListResumesToo(other: [String]) async throws {
        try await fixture.save(other)
        let undisturbed = try fixture.directory.bytes("a.tar.gz")
        try fixture.directory.shell("rm a.tar.gz")
        try await interrupt(names, after: 1_000_000, of: 1)
        _ = fetched()
        try await save(other)
        #expect(try fixture.directory.bytes("a.tar.gz") == undisturbed)
        #expect(fetched() < layers[0].count * 5 / 2)
        #expect(try fixture.directory.names() == ["a.tar.gz"])
    }

    @Test func freshStartsOver() async throws {
        try await interrupt(names, after: 1_000_000, of: 1)
        _ = fetched()
        try await save(names, isFresh: true)
        #expect(fetched() >= layers.reduce(0) { $0 + $1.count })
        #expect(try fixture.directory.names() == ["a.tar.gz"])
    }

    // MARK: Other archives

    @Test func theOlderArchiveIsCopiedFrom() async throws {
        try await save(names)
        let before = try fixture.directory.bytes("a.tar.gz")
        _ = fetched()
        let events = try await save(names)
        #expect(events.allSatisfy { $0.cause == nil })
        #expect(fetched() < 10_000, "manifests alone")
        #expect(try fixture.directory.bytes("a.tar.gz") == before)
    }

    static let packings = [
        ("cp a.tar.gz other", "of the same kind"), ("gzip -dc a.tar.gz >other", "a plain tar"),
        ("gzip -dc a.tar.gz | gzip -1 >other", "compressed as a whole"), ("gzip -dc a.tar.gz | xz -0 >other", "by xz"),
    ]

    @Test(arguments: packings, [OuterCompression.gzip(level: 6), .none])
    func namedArchivesAreCopiedFrom(packing: (String, String), wrapping: OuterCompression) async throws {
        try await save(["large/a:v1", "large/b:v1"])
        try fixture.directory.shell("\(packing.0) && rm a.tar.gz")
        _ = fetched()
        try await save(names, reuse: [fixture.directory.path("other")], wrapping: wrapping)
        let count = fetched()
        #expect(count >= layers[2].count && count < layers[2].count + 10_000, "\(packing.1): \(count)")
        let archive = try DockerArchive(path: fixture.archive)
        for layer in layers {
            let content = try #require(archive.blob(ContentHash.digest(of: layer)))
            #expect(try content.bytes(of: "it", limit: 1 << 23) == layer)
        }
    }

    @Test func theIntactPrefixOfADamagedArchiveIsReused() async throws {
        try await save(names)
        var bytes = try fixture.directory.bytes("a.tar.gz")
        bytes[try #require(bytes.firstRange(of: layers[3].prefix(4096))).lowerBound + 100_000] ^= 1
        try fixture.directory.write(bytes, to: "a.tar.gz")
        _ = fetched()
        try await save(names)
        #expect(abs(fetched() - layers[3].count) < 10_000)
        try fixture.directory.shell("gzip -t a.tar.gz")
    }

    @Test func anArchiveWithUnpackedLayersHasNoReusableBlobs() async throws {
        try fixture.directory.shell("cp \(Fixtures.path("saved/docker-20.10/rancher-images.tar.gz")) other")
        try await save(["large/a:v1"], reuse: [fixture.directory.path("other")])
        #expect(fixture.notices.withLock { $0.contains { $0.contains("has none of the blobs that are missing") } })
    }

    @Test func anOlderFileThatIsNoArchiveIsIgnored() async throws {
        try fixture.directory.write("older", to: "a.tar.gz")
        try await save(["large/a:v1"])
        #expect(fixture.notices.withLock { $0.isEmpty })
        #expect(try DockerArchive(path: fixture.archive).images.count == 1)
    }

    @Test func aNamedFileThatIsNoArchiveIsAnError() async throws {
        try fixture.directory.write("older", to: "other")
        let error = await #expect(throws: ArchiveError.self) {
            try await save(["large/a:v1"], reuse: [fixture.directory.path("other")])
        }
        #expect(error == .unknownLayout)
    }
}
