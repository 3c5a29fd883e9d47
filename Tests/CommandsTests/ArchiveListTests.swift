import CommandLine
import Commands
import FoundationEssentials
import OCI
import TestSupport
import Testing

/// `--list` prints the content of an archive without requests to registries.
@Suite(.timeLimit(.minutes(5))) struct ArchiveListTests {
    /// The format of docs/archive-list.md.
    struct Listing: Decodable, Equatable {
        struct Image: Decodable, Equatable {
            let reference: String?
            let digest: String
            let platforms: [String]
            let unpacked: Bool
            let problem: String?
            let size: Int64
            let sharedSize: Int64
            let blobs: [Blob]
        }

        struct Blob: Decodable, Equatable {
            let kind: String
            let digest: String
            let size: Int64
            let omitted: Bool
        }

        let version: Int
        let archive: String
        let size: Int64
        let images: [Image]
    }

    private let bench: Bench

    init() throws { bench = try Bench() }

    private func list(_ archive: String, _ words: [String] = []) async throws -> Bench.Outcome {
        try await bench.run(.load, ["--list", "-i", archive] + words, environment: ["TMPDIR": bench.directory.path])
    }

    private func json(_ archive: String) async throws -> Listing {
        let outcome = try await list(archive, ["--format", "json"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try JSONDecoder().decode(Listing.self, from: Data(outcome.output.utf8))
    }

    private func layout(_ images: [SyntheticImage]) throws -> String {
        try bench.directory.write(try SyntheticImage.layout(images).bytes(), to: "archive")
        return bench.path("archive")
    }

    private static func images() throws -> [SyntheticImage] {
        [
            try SyntheticImage("a.b/one:1", layers: ["base", "one"]),
            try SyntheticImage("a.b/two:2", layers: ["base", "two"]),
        ]
    }

    @Test func eachImageWithItsBlobs() async throws {
        let images = try Self.images()
        let path = try layout(images)
        let listing = try await json(path)
        #expect(listing.version == 1)
        #expect(listing.archive == path)
        #expect(listing.images.map(\.reference) == ["a.b/one:1", "a.b/two:2"])
        for (listed, image) in zip(listing.images, images) {
            let parts =
                [("manifest", image.manifest), ("configuration", image.configuration)]
                + image.layers.map { ("layer", $0) }
            #expect(
                listed.blobs
                    == parts.map {
                        Listing.Blob(
                            kind: $0.0,
                            digest: "\(ContentHash.digest(of: $0.1))",
                            size: Int64($0.1.count),
                            omitted: false
                        )
                    }
            )
            #expect(listed.digest == "\(ContentHash.digest(of: image.manifest))")
            #expect(listed.platforms == ["linux/amd64"])
            #expect(!listed.unpacked && listed.problem == nil)
            #expect(listed.size == listed.blobs.reduce(0) { $0 + $1.size })
            #expect(listed.sharedSize == Int64(image.layers[0].count))
        }
        #expect(listing.size == listing.images.reduce(0) { $0 + $1.size } - listing.images[0].sharedSize)
    }

    @Test func aDeltaListsItsOmittedBlobs() async throws {
        let registry = try FakeRegistry()
        for name in ["rancher/x", "rancher/y"] {
            let configuration = #"{"architecture":"amd64","os":"linux","comment":"\#(name)"}"#
            registry.addImage(
                repository: name,
                tag: "v1",
                configuration: Array(configuration.utf8),
                layers: [[1, 2, 3]]
            )
        }
        _ = try await bench.save(["rancher/x:v1"], from: registry.authority)
        try bench.directory.shell("mv images.tar.gz full")
        let words = ["--since", bench.path("full")]
        _ = try await bench.save(["rancher/x:v1", "rancher/y:v1"], from: registry.authority, words)
        let listing = try await json(bench.path("images.tar.gz"))
        #expect(
            listing.images.map { $0.blobs.map(\.kind) } == [
                ["manifest", "configuration", "layer"], ["manifest", "configuration", "layer"],
            ]
        )
        #expect(listing.images.map { $0.blobs.map(\.omitted) } == [[false, true, true], [false, false, true]])
        #expect(listing.size == listing.images.flatMap(\.blobs).filter { !$0.omitted }.reduce(0) { $0 + $1.size })
    }

    @Test func theTableIsAligned() async throws {
        let outcome = try await list(try layout(try Self.images()))
        #expect(outcome.status == 0)
        #expect(outcome.lines.count == 3)
        let head = try #require(outcome.lines.first)
        #expect(head.split(separator: " ") == ["IMAGE", "PLATFORM", "DIGEST", "SIZE", "SHARED"])
        #expect(Set(outcome.lines.map(\.count)).count == 1, "\(outcome.output)")
        let place = try #require(head.firstRange(of: "PLATFORM")).lowerBound
        #expect(outcome.lines.dropFirst().allSatisfy { $0[place...].hasPrefix("linux/amd64") })
    }

    @Test(arguments: ["docker-20.10", "docker-28.5"])
    func unpackedImagesAreListedByTheirDiffIDs(engine: String) async throws {
        let listing = try await json(Fixtures.path("saved/\(engine)/rancher-images.tar.gz"))
        #expect(listing.images.count > 1)
        for image in listing.images {
            #expect(image.unpacked && image.problem == nil)
            #expect(image.blobs.first?.kind == "configuration")
            #expect(image.blobs.first?.digest == image.digest)
            #expect(image.blobs.dropFirst().allSatisfy { $0.kind == "layer" && $0.size > 0 })
        }
    }

    @Test func severalPlatformsOfAName() async throws {
        let listing = try await json(Fixtures.path("saved/docker-28.5-containerd/rancher-images.tar.gz"))
        #expect(listing.images.allSatisfy { $0.blobs.contains { $0.kind == "manifest" } })
    }

    @Test func anIncompleteImage() async throws {
        let images = try Self.images()
        var tar = SyntheticImage.layout(images)
        tar[SyntheticImage.blobName(images[1].layers[1])] = nil
        try bench.directory.write(try tar.bytes(), to: "archive")
        let outcome = try await list(bench.path("archive"))
        #expect(outcome.status == 1)
        #expect(outcome.lines.count == 3)
        #expect(outcome.errors.contains("a.b/two:2: the archive lacks its blob "))
    }

    @Test func aFileThatIsNoArchive() async throws {
        try bench.directory.write("no archive", to: "archive")
        let outcome = try await list(bench.path("archive"))
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.contains("archive: it is not an archive of images"))
    }

    @Test func controlCharactersAreNotPrinted() async throws {
        var image = try SyntheticImage("a.b/one:1", layers: ["base"])
        image.configuration = Array(
            String(decoding: image.configuration, as: UTF8.self).replacing("amd64", with: #"\u001b[2J"#).utf8
        )
        let outcome = try await list(try layout([image]))
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains(#"linux/\u{1B}[2J"#), "\(outcome.output)")
    }

    @Test func listAndCheckExcludeEachOther() async throws {
        let outcome = try await list("archive", ["--check"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("--check and --list exclude each other: give one of them"))
    }
}
