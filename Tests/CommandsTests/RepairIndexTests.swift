import CommandLine
import ImageArchive
import OCI
import SystemIO
import TestSupport
import Testing

/// Archives whose `index.json` is damaged: it is rebuilt from what else the archive has, and no image is lost.
@Suite(.timeLimit(.minutes(5))) struct RepairIndexTests {
    private let bench: Bench
    private let source: FakeRegistry
    private var list: [String] = []
    private let intact: [UInt8]
    /// The place of the entry `index.json` is.
    private let index: Range<Int>

    private var archive: String { bench.path("images.tar.gz") }

    /// Images by tags and by a digest, two names of one image, a manifest list, and a name of an image that the list has.
    init() async throws {
        bench = try Bench()
        source = try FakeRegistry()
        for number in 0..<6 { try Self.addImage(number, version: 1, to: source) }
        let first = try #require(source.manifest("apps/tool0", "v1"))
        let second = try #require(source.manifest("apps/tool1", "v1"))
        source.addManifest(first.bytes, mediaType: .dockerManifest, repository: "apps/tool0", tag: "latest")
        let digest = ContentHash.digest(of: second.bytes)
        try Self.addList("apps/multi", of: "apps/tool5", to: source)
        list = [
            "apps/tool2:v1", "apps/tool0:v1", "apps/tool1@\(digest)", "apps/multi:v1", "apps/tool3:v1",
            "apps/tool0:latest",
            "apps/tool4:v1",
        ]
        let saved = try await bench.save(list, from: source.authority)
        try #require(saved.status == 0, "\(saved.errors)")
        intact = try bench.directory.bytes("images.tar.gz")
        index = try Self.entry("index.json", in: intact)
    }

    private static func addImage(_ number: Int, version: Int, to registry: FakeRegistry) throws {
        let image = try SyntheticImage(
            "apps/tool\(number):v1",
            layers: [String(repeating: "layer \(number).\(version)\n", count: 2000), "all have this one"]
        )
        registry.addImage(
            repository: "apps/tool\(number)",
            tag: "v1",
            configuration: image.configuration,
            layers: image.layers
        )
    }

    private static func addList(_ repository: String, of other: String, to registry: FakeRegistry) throws {
        let image = try SyntheticImage("\(repository):v1", layers: ["of a list"])
        registry.addImage(
            repository: repository,
            tag: "amd64",
            configuration: image.configuration,
            layers: image.layers
        )
        let manifest = try #require(registry.manifest(repository, "amd64"))
        let entry = Descriptor(
            mediaType: .dockerManifest,
            digest: ContentHash.digest(of: manifest.bytes),
            size: Int64(manifest.bytes.count),
            platform: Platform(os: "linux", architecture: "amd64")
        )
        let (content, mediaType) = Manifest.Content.list(of: [entry])
        registry.addManifest(content.pushedJSON(as: mediaType), mediaType: mediaType, repository: repository, tag: "v1")
    }

    /// The gzip member of an entry: from its first byte to the first of the next one.
    private static func entry(_ name: String, in bytes: [UInt8]) throws -> Range<Int> {
        let header = Array(name.utf8) + [0, 0, 0, 0]
        let start = try #require(bytes.indices.last { bytes[$0...].starts(with: header) }) - 15
        try #require(bytes[start...].starts(with: [0x1f, 0x8b]))
        let next = try #require(
            bytes[(start + 10)...].indices.first { bytes[$0...].starts(with: [0x1f, 0x8b, 8, 0, 0]) }
        )
        return start..<next
    }

    private func repair(_ words: [String] = []) async throws -> Bench.Outcome {
        try await bench.run(.save, ["--repair", archive] + words)
    }

    private func damage(_ change: (inout [UInt8]) -> Void) throws {
        var bytes = intact
        change(&bytes)
        try bench.directory.write(bytes, to: "images.tar.gz")
    }

    private func find(_ text: String, from start: Int) throws -> Int {
        try #require(intact.indices[start...].first { intact[$0...].starts(with: Array(text.utf8)) })
    }

    /// A character of a name, of a digest, of the JSON's structure, of a size, and of annotations.
    @Test(
        arguments: [
            "apps/tool2:v1", "apps/tool0:latest", "apps/multi:v1", #""digest":"sha256:"#, #"{"mediaType":"#,
            #","size":"#,
            #"}},{"#, "io.containerd.image.name",
        ],
        [0, 3]
    )
    func aFlippedBit(text: String, offset: Int) async throws {
        let position = try find(text, from: index.lowerBound) + min(offset, text.utf8.count - 1)
        for tagsHaveMoved in [false, true] {
            if tagsHaveMoved { for number in 0..<6 { try Self.addImage(number, version: 2, to: source) } }
            let before = source.requests.count
            try damage { $0[position] ^= 2 }
            let repaired = try await repair()
            #expect(repaired.status == 0, "\(repaired.errors)")
            #expect(try bench.directory.bytes("images.tar.gz") == intact)
            #expect(source.requests.count == before, "nothing else is damaged")
        }
    }

    /// The header of its entry, or its checksum.
    @Test(arguments: [3, 20, 160, -3])
    func aFlippedBitAroundIt(offset: Int) async throws {
        try damage { $0[offset < 0 ? index.upperBound + offset : index.lowerBound + offset] ^= 1 }
        let repaired = try await repair(["-l", bench.path("list.txt"), "-s", source.authority])
        #expect(repaired.status == 0, "\(repaired.errors)")
        #expect(try bench.directory.bytes("images.tar.gz") == intact)
    }

    /// Without a list, the image without a name cannot be named: nothing is changed.
    @Test func itsCompleteContent() async throws {
        try damage { bytes in
            for position in (index.lowerBound + 600)..<(index.upperBound - 20) { bytes[position] = 0 }
        }
        let damaged = try bench.directory.bytes("images.tar.gz")
        let refused = try await repair()
        #expect(refused.status == 1)
        #expect(try bench.directory.bytes("images.tar.gz") == damaged)
        let repaired = try await repair(["-l", bench.path("list.txt"), "-s", source.authority])
        #expect(repaired.status == 0, "\(repaired.errors)")
        #expect(try bench.directory.bytes("images.tar.gz") == intact)
    }

    @Test func bothTables() async throws {
        let names = try Self.entry("manifest.json", in: intact)
        try damage { bytes in
            bytes[index.lowerBound + 700] ^= 1
            bytes[names.lowerBound + 700] ^= 1
        }
        let damaged = try bench.directory.bytes("images.tar.gz")
        // A list of some of the images, and one whose tags have moved.
        try bench.directory.write("apps/tool0:v1\napps/tool2:v1\n", to: "some.txt")
        let some = try await repair(["-l", bench.path("some.txt"), "-s", source.authority])
        let after = try bench.directory.bytes("images.tar.gz")
        #expect(after == (some.status == 0 ? intact : damaged), "\(some.errors)")
    }

    /// A manifest and a layer are damaged too: only these are asked for, by their digests.
    @Test func aManifestToo() async throws {
        let manifest = try #require(source.manifest("apps/tool3", "v1"))
        let start = try #require(intact.indices.first { intact[$0...].starts(with: manifest.bytes) })
        try damage { bytes in
            bytes[start + 30] ^= 1
            bytes[index.upperBound - 3] ^= 1
        }
        try Self.addImage(3, version: 2, to: source)
        source.addManifest(manifest.bytes, mediaType: .dockerManifest, repository: "apps/tool3")
        let repaired = try await repair()
        #expect(repaired.status == 0, "\(repaired.errors)")
        #expect(try bench.directory.bytes("images.tar.gz") == intact)
    }
}
