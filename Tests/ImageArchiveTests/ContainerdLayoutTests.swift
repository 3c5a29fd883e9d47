import FoundationEssentials
import ImageArchive
import OCI
import Tar
import TestSupport
import Testing

/// The archives of docker's containerd store are reproduced byte for byte, except for the order of `manifest.json`, which is random in
/// docker.
@Suite(.timeLimit(.minutes(5))) struct ContainerdLayoutTests {
    struct Item: Decodable, Hashable {
        var configuration: String
        var names: [String]?
        var layers: [String]

        enum CodingKeys: String, CodingKey {
            case configuration = "Config"
            case names = "RepoTags"
            case layers = "Layers"
        }
    }

    @Test func theSampleListIsSavedAsDockerSavesIt() throws {
        let directory = try TemporaryDirectory()
        let (images, store) = try listedSamples()
        try write(images, store, to: try ArchiveOutput(path: directory.path("a.tar.gz")))
        let saved = try directory.shell(
            "gzip -dc '\(Fixtures.path("saved/docker-28.5-containerd/rancher-images.tar.gz"))'"
        )
        try Self.expectEqual(try directory.shell("gzip -dc a.tar.gz"), saved)
    }

    @Test(arguments: ["c8d-28.5.2-4img", "c8d-28.5.2-multiarch"])
    func otherArchivesOfDockerAreRepeated(name: String) throws {
        let saved = try Fixtures.bytes("docker/\(name).tar")
        try Self.expectEqual(try repeated(saved), saved)
    }

    /// A docker with a graph driver stops loading at a chart in `manifest.json`.
    @Test func aChartHasNoItemInManifestJSON() throws {
        let saved = try Fixtures.bytes("docker/c8d-28.5.2-helmchart.tar")
        let (ours, dockers) = (try rawEntries(of: try repeated(saved)), try rawEntries(of: saved))
        #expect(ours.map(\.header.name) == dockers.map(\.header.name))
        for (one, other) in zip(ours, dockers) where one.header.name != "manifest.json" {
            #expect(one.headerBytes == other.headerBytes && one.content == other.content, "\(one.header.name)")
        }
        #expect(ours.first { $0.header.name == "manifest.json" }?.content == Array("[]".utf8))
    }

    /// Plans and writes the images of docker's archive.
    private func repeated(_ saved: [UInt8]) throws -> [UInt8] {
        let directory = try TemporaryDirectory()
        let entries = try rawEntries(of: saved)
        let store = BlobStore(entries)
        let index = try #require(entries.first { $0.header.name == "index.json" })
        let images = try indexEntries(of: index.content)
            .map { descriptor in
                let name = try #require(descriptor.annotations?["io.containerd.image.name"])
                // Docker writes those children of an index that it has.
                return try store.image(try Reference(name), descriptor) { store.blobs[$0.digest] != nil }
            }
        try write(images, store, to: try ArchiveOutput(path: directory.path("a.tar.gz")))
        return try directory.shell("gzip -dc a.tar.gz")
    }

    private static func expectEqual(_ ours: [UInt8], _ dockers: [UInt8]) throws {
        let (left, right) = (try rawEntries(of: ours), try rawEntries(of: dockers))
        #expect(left.map(\.header.name) == right.map(\.header.name))
        for (one, other) in zip(left, right) {
            #expect(one.headerBytes == other.headerBytes, "header of \(one.header.name)")
            if one.header.name == "manifest.json" {
                #expect(try items(one.content) == items(other.content))
            } else {
                #expect(one.content == other.content, "content of \(one.header.name)")
            }
        }
        // The end of the tar, and nothing after it.
        #expect(ours.count == dockers.count)
        #expect(ours.suffix(1024) == dockers.suffix(1024))
    }

    private static func items(_ json: [UInt8]) throws -> Set<Item> {
        let list = try JSONDecoder().decode([Item].self, from: Data(json))
        #expect(Set(list).count == list.count)
        return Set(list)
    }

    @Test func namesThatDockerDropsAreReported() throws {
        // The index `multi` resolves to the image that `tiny` names: its item replaces the other one.
        let (images, _) = try listedSamples()
        let shadowed = ContainerdLayout(of: images).shadowedNames.map(\.familiar)
        #expect(shadowed == ["127.0.0.1:5001/rancher/tiny:v1", "127.0.0.1:5001/rancher/tiny:v1-again"])
    }

    @Test(
        "an index and the image in it, in either order, and twice",
        arguments: [
            (["x:index", "x:image"], ["x:index,x:image"], []),
            (["x:image", "x:index"], ["x:index"], ["x:image"]),
            (["x:index", "x:image", "y:index"], ["x:index,x:image,y:index"], []),
        ]
    )
    func itemsOfAnIndex(names: [String], items: [String], shadowed: [String]) throws {
        let (images, _) = try listedSamples()
        let multi = try #require(images.first { $0.reference.path == "rancher/multi" })
        let saved = try names.map { name in
            let isIndex = name.hasSuffix("index")
            return SavedImage(
                reference: try Reference("a.b/\(name)"),
                top: isIndex ? multi.top : multi.principal,
                descendants: isIndex ? multi.descendants : [],
                principal: multi.principal
            )
        }
        let layout = ContainerdLayout(of: saved)
        let tags = try Self.items(try Self.content("manifest.json", layout))
            .map {
                ($0.names ?? []).map { String($0.dropFirst("a.b/".count)) }.joined(separator: ",")
            }
        #expect(tags == items)
        #expect(layout.shadowedNames.map { String($0.familiar.dropFirst("a.b/".count)) } == shadowed)
    }

    @Test(
        "where an image came from, as containerd notes it",
        arguments: [
            ("[2001:db8::1]:5000/x:1", #""containerd.io/distribution.source.2001:db8::1":"x""#),
            ("[::1]/x:1", #""containerd.io/distribution.source.::1":"x""#),
            ("a.b:5000/x/y:1", #""containerd.io/distribution.source.a.b":"x/y""#),
            ("busybox:1", #""containerd.io/distribution.source.docker.io":"library/busybox""#),
        ]
    )
    func source(name: String, annotation: String) throws {
        let (images, _) = try listedSamples()
        let image = SavedImage(
            reference: try Reference(name),
            top: images[0].top,
            descendants: [],
            principal: images[0].principal
        )
        let index = String(decoding: try Self.content("index.json", ContainerdLayout(of: [image])), as: UTF8.self)
        #expect(index.contains(annotation), "\(index)")
    }

    @Test func anImageByDigestHasNoName() throws {
        let (images, _) = try listedSamples()
        let image = SavedImage(
            reference: try Reference("a.b/x:1@\(images[0].top.digest)"),
            top: images[0].top,
            descendants: [],
            principal: images[0].principal
        )
        let layout = ContainerdLayout(of: [image])
        let index = try indexEntries(of: try Self.content("index.json", layout))
        #expect(index.map(\.annotations) == [["containerd.io/distribution.source.a.b": "x"]])
        #expect(try Self.items(try Self.content("manifest.json", layout)).map(\.names) == [nil])
    }

    private static func content(_ name: String, _ layout: ContainerdLayout) throws -> [UInt8] {
        let entry = try #require(layout.tables.first { $0.header.name == name })
        guard case .bytes(let bytes) = entry.content else { throw TestSupportError("\(name) is a blob") }
        return bytes
    }
}
