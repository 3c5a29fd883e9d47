import CommandLine
import FoundationEssentials
import OCI
import TestSupport
import Testing

/// Archives that the official script saved with docker of several versions, loaded into a real registry: what arrives is what
/// docker's own load had brought there.
@Suite(.enabled(if: Machine.hasRegistry, "needs docker-registry"), .timeLimit(.minutes(5)))
struct SavedArchiveTests {
    private let target: DistributionRegistry
    private let bench: Bench

    init() throws {
        target = try DistributionRegistry(allowsURLs: true)
        bench = try Bench()
    }

    /// A tag as a registry had it after docker's load.
    struct Tag: Decodable {
        let mediaType: String
        let digest: String
        let manifest: String
    }

    private static func tags(_ engine: String) throws -> [String: Tag] {
        let json = try Fixtures.bytes("saved/\(engine)/registry.json")
        return try JSONDecoder().decode([String: Tag].self, from: Data(json))
    }

    /// Loads what an engine saved, and gives the manifests that arrived, by repository and tag.
    ///
    /// - Parameter path: of the archive, if not where the engine saved it.
    private func load(_ engine: String, _ list: [String], from path: String? = nil) async throws -> [String: [UInt8]] {
        try bench.directory.write(list.map { $0 + "\n" }.joined(), to: "list.txt")
        let temporary = try TemporaryDirectory()
        let outcome = try await bench.load(
            path ?? Fixtures.path("saved/\(engine)/rancher-images.tar.gz"),
            source: "127.0.0.1:5001",
            target: "\(target.authority)/mirror",
            environment: ["TMPDIR": temporary.path]
        )
        #expect(outcome.status == 0)
        #expect(try temporary.names().isEmpty)
        return try target.tags().mapValues(target.content)
    }

    /// A manifest without what differs from one version of Go to the next: digests and sizes of the layers.
    private static func shape(_ manifest: String) throws -> String {
        let parts = manifest.split(separator: "\"layers\"", maxSplits: 1)
        let layers = try #require(parts.last)
            .replacing(/"size": [0-9]+/, with: "\"size\": N")
            .replacing(/sha256:[0-9a-f]{64}/, with: "sha256:HEX")
        return String(try #require(parts.first)) + layers
    }

    @Test(arguments: ["docker-20.10", "docker-28.5"])
    func composedImagesHaveTheShapeThatDockerPushes(engine: String) async throws {
        let arrived = try await load(engine, try sampleList())
        let expected = try Self.tags(engine)
        #expect(arrived.keys.sorted() == expected.keys.sorted())
        for (name, tag) in expected {
            let manifest = String(decoding: try #require(arrived[name]), as: UTF8.self)
            #expect(try Self.shape(manifest) == Self.shape(tag.manifest), "\(name)")
        }
    }

    @Test func whatNoDockerLoadedHereHasTheSameImages() async throws {
        // 26.1 and 28.5 saved the same list.
        let arrived = try await load("docker-26.1", try sampleList())
        let expected = try Self.tags("docker-28.5")
        #expect(arrived.keys.sorted() == expected.keys.sorted())
        for (name, tag) in expected {
            let manifest = String(decoding: try #require(arrived[name]), as: UTF8.self)
            #expect(try Self.shape(manifest) == Self.shape(tag.manifest), "\(name)")
        }
    }

    @Test(arguments: [false, true])
    func originalManifestsArriveToTheByte(isPipe: Bool) async throws {
        if isPipe {
            let path = Fixtures.path("saved/docker-28.5-containerd/rancher-images.tar.gz")
            try bench.directory.shell("mkfifo pipe && { cat '\(path)' >pipe & }")
        }
        let arrived = try await load(
            "docker-28.5-containerd",
            try sampleList(),
            from: isPipe ? bench.path("pipe") : nil
        )
        let expected = try Self.tags("docker-28.5-containerd")
        #expect(Set(expected.keys).isSubset(of: arrived.keys))
        for (name, tag) in expected {
            #expect(ContentHash.digest(of: try #require(arrived[name])).description == tag.digest, "\(name)")
        }
        // Docker on Linux cannot push the Windows image, whose base layer is foreign.
        #expect(Set(arrived.keys).subtracting(expected.keys) == ["mirror/rancher/wins:v1-windows-1809"])
    }

    @Test func chartsArriveToTheByte() async throws {
        let arrived = try await load(
            "docker-28.5-containerd-chart",
            ["rancher/tiny:v1", "rancher/charts/demo:1.2.3_up0.1.0"]
        )
        #expect(
            arrived.mapValues { ContentHash.digest(of: $0).description } == [
                "mirror/rancher/tiny:v1": "sha256:9d147502bca8eac69ec061744c3618b5f7dfc410ca18ccbe9829f809694be360",
                "mirror/rancher/charts/demo:1.2.3_up0.1.0":
                    "sha256:d84b96882d8e60e51bab3183b59e0cc589c25927ecc33862321a83ae64feaee3",
            ]
        )
    }
}
