import OCI
import SystemIO
import TestSupport
import Testing

@testable import DockerEngine

@Suite(.timeLimit(.minutes(2))) struct SavedArchiveIndexTests {
    private static func digest(_ number: Int) -> Digest? {
        Digest("sha256:" + String(repeating: "0", count: 63) + String(number, radix: 16))
    }

    private static let hex = String(repeating: "ab", count: 32)

    private static func item(_ names: [String], layer: String) -> String {
        let names = names.map { "\"\($0)\"" }.joined(separator: ",")
        return "{\"Config\":\"c.json\",\"RepoTags\":[\(names)],\"Layers\":[\"\(layer)\"]}"
    }

    private static let podman = "\(hex).tar"
    private static let docker = "\(hex)/layer.tar"

    private struct Row: Sendable {
        let items: [([String], String)]
        var index: [String: Int] = [:]
        var names = ["r/a:1", "r/b:1", "r/c:1"]
        let pulled: [Int?]
        let problem: String?
        let reason: String
    }

    private static let single = "docker save wrote a single image under 3 names, as podman does"
    private static let all = ["docker.io/r/a:1", "r/b:1", "index.docker.io/r/c:1"]

    private static let rows: [Row] = [
        Row(items: [(all, podman)], pulled: [1, 2, 3], problem: single, reason: "podman's, three images"),
        Row(items: [(all, podman)], pulled: [1, 1, 2], problem: single, reason: "podman's, two images"),
        Row(
            items: [(all, podman)],
            pulled: [nil, nil, nil],
            problem: single,
            reason: "podman's, without known digests"
        ),
        Row(
            items: [(all, podman)],
            pulled: [1, 1, nil],
            problem: single,
            reason: "podman's, without one digest"
        ),
        Row(items: [(all, podman)], pulled: [1, 1, 1], problem: nil, reason: "podman's, three names of one image"),
        Row(
            items: all.map { ([$0], podman) },
            pulled: [1, 2, 3],
            problem: nil,
            reason: "podman's, each image separate"
        ),
        Row(items: [(all, docker)], pulled: [1, 2, 3], problem: single, reason: "another layout, three images"),
        Row(
            items: [(all, docker)],
            pulled: [1, 2, 2],
            problem: nil,
            reason: "docker's: an image, and an index with it"
        ),
        Row(
            items: [(all, docker)],
            pulled: [nil, nil, nil],
            problem: nil,
            reason: "docker's, without known digests"
        ),
        Row(
            items: [(all, "blobs/sha256/x")],
            index: ["docker.io/r/a:1": 1, "docker.io/r/b:1": 2, "docker.io/r/c:1": 3],
            pulled: [1, 2, 3],
            problem: nil,
            reason: "the containerd store's: three indexes with one image, and the digests are those of the pulls"
        ),
        Row(
            items: [(["r/a:1"], docker)],
            index: ["docker.io/r/b:1": 1, "docker.io/r/c:1": 1],
            pulled: [1, 1, 1],
            problem: nil,
            reason: "the containerd store's: names that only the index has"
        ),
        Row(
            items: [(["r/a:1"], docker)],
            pulled: [1, 1, 1],
            problem: "docker save wrote an archive without r/b:1 and 1 more",
            reason: "missing names"
        ),
        Row(
            items: [([], docker)],
            names: ["r/a@sha256:\(hex)", hex, "R/A", "r/a:1@sha256:\(hex)"],
            pulled: [1, 2, 3, 4],
            problem: nil,
            reason: "digests and IDs"
        ),
        Row(items: [(["r/a:latest"], docker)], names: ["r/a"], pulled: [1], problem: nil, reason: "a default tag"),
        Row(
            items: [],
            names: ["r/a:1"],
            pulled: [1],
            problem: "docker save wrote an archive without r/a:1",
            reason: "no image"
        ),
    ]

    @Test(arguments: rows.indices)
    func problems(_ number: Int) throws {
        let row = Self.rows[number]
        let manifest = "[" + row.items.map { Self.item($0.0, layer: $0.1) }.joined(separator: ",") + "]"
        let entries = row.index.map { name, number in
            "{\"digest\":\"\(Self.digest(number)?.description ?? "")\",\"annotations\":{\"io.containerd.image.name\":\"\(name)\"}}"
        }
        let index = try #require(
            SavedArchiveIndex(
                manifest: Array(manifest.utf8),
                index: Array("{\"manifests\":[\(entries.joined(separator: ","))]}".utf8)
            )
        )
        let pulled = zip(row.names, row.pulled)
            .reduce(into: [String: Digest]()) { pulled, pair in
                pulled[pair.0] = pair.1.flatMap(Self.digest)
            }
        #expect(index.problem(saving: row.names, pulled: pulled) == row.problem, "\(row.reason)")
    }

    static let archives = [
        ("c8d-28.5.2-4img", 4), ("c8d-28.5.2-multiarch", 1), ("graph-20.10.24-4img", 4), ("graph-26.1.5-4img", 4),
        ("graph-28.5.2-4img", 4),
    ]

    /// Docker's archives have no problem in chunks of any size; an additional name is missing.
    @Test(arguments: archives)
    func dockersOwnArchives(_ name: String, _ count: Int) throws {
        let bytes = try Fixtures.bytes("docker/\(name).tar")
        let names = count == 1 ? ["t/multi:v1"] : ["t/a:v1", "t/a:v2", "t/b:v1", "t/c:v1"]
        let saved = names.map { "127.0.0.1:5077/\($0)" }
        var expected: SavedArchiveIndex?
        for size in [1, 511, 512, 70_000, bytes.count] {
            var reader = SavedArchiveIndexReader()
            bytes.withUnsafeBytes { buffer in
                var rest = buffer[...]
                while !rest.isEmpty {
                    reader.take(UnsafeRawBufferPointer(rebasing: rest.prefix(size)))
                    rest = rest.dropFirst(size)
                }
            }
            let index = try #require(reader.index)
            #expect(index == expected ?? index)
            expected = index
            #expect(index.problem(saving: saved, pulled: [:]) == nil)
            #expect(
                index.problem(saving: saved + ["x/y:v1"], pulled: [:]) == "docker save wrote an archive without x/y:v1"
            )
        }
        #expect(try SavedArchiveIndexReader.index(ofFile: Fixtures.path("docker/\(name).tar")) == expected)
    }

    @Test(arguments: ["", "SAVED a b", String(repeating: "x", count: 5000)])
    func otherBytesHaveNoIndex(_ text: String) {
        var reader = SavedArchiveIndexReader()
        Array(text.utf8).withUnsafeBytes { reader.take($0) }
        #expect(reader.index == nil)
    }

    private static let printed: [(String, String?, String)] = [
        (
            "v1: Pulling from r/a\nDigest: sha256:\(hex)\nStatus: Image is up to date\ndocker.io/r/a:v1\n", hex,
            "docker's"
        ),
        ("\(hex)\n", hex, "podman's: the ID of the image"),
        ("0123456789ab: Download complete\n127.0.0.1/r/a:v1\n", nil, "podman's by its socket"),
        ("", nil, "nothing"),
    ]

    @Test(arguments: printed)
    func digestsThatPullsPrint(_ text: String, _ hex: String?, _ reason: String) {
        #expect(Digest(printedByPull: Array(text.utf8))?.hex == hex, "\(reason)")
    }
}
