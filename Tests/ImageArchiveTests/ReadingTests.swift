import Compression
import ImageArchive
import OCI
import SystemIO
import Tar
import TestSupport
import Testing

/// Archives of every version and packing that `docker load` takes come to the images that are in them.
@Suite(.timeLimit(.minutes(5))) struct ReadingTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// An archive that docker saved.
    struct Sample: Sendable, CustomTestStringConvertible {
        let name: String
        var testDescription: String { name }

        /// Whether its images keep the manifests that their registry had.
        var isOriginal: Bool { name.contains("containerd") || name.contains("c8d") }

        /// A command that writes its tar.
        var tar: String {
            let path = Fixtures.path(name)
            return path.hasSuffix(".gz") ? "gzip -dc '\(path)'" : "cat '\(path)'"
        }
    }

    static let samples =
        [
            "docker/c8d-28.5.2-4img.tar", "docker/c8d-28.5.2-helmchart.tar", "docker/c8d-28.5.2-multiarch.tar",
            "docker/graph-20.10.24-4img.tar", "docker/graph-26.1.5-4img.tar", "docker/graph-28.5.2-4img.tar",
            "docker/graph-28.5.2-by-id.tar",
        ]
        .map(Sample.init)
        + [
            "docker-20.10", "docker-26.1", "docker-28.5", "docker-28.5-containerd", "docker-28.5-containerd-chart",
        ]
        .map { Sample(name: "saved/\($0)/rancher-images.tar.gz") }

    /// Ways to pack a tar, as filters of the shell.
    static let packings = [
        "cat", "gzip", "pigz -0", "split -b 20000 --filter=gzip", "split -b 20000 --filter='pigz -0'", "bzip2",
        "split -b 50000 --filter=bzip2", "xz -1", "split -b 50000 --filter='xz -1'", "zstd -q",
        "split -b 50000 --filter='zstd -q'",
    ]

    private func expectAll(_ sample: Sample, in path: String) throws {
        let archive = try DockerArchive(path: path, temporaryDirectory: directory.path)
        let arrivals = try Arrivals(of: archive)
        let manifest = try directory.shell("\(sample.tar) | tar xOf - manifest.json")
        let expected = try configurationsNamed(in: manifest)
        #expect(Set(expected.keys).isSubset(of: arrivals.configurations.keys))
        for (name, configurations) in arrivals.configurations {
            // Of names for one image docker's containerd store notes one only.
            let digest = try #require(expected[name] ?? expected.first { configurations.contains($0.value) }?.value)
            #expect(configurations.contains(digest), "\(name)")
        }
        for image in archive.images {
            #expect((image.original != nil) == sample.isOriginal)
        }
    }

    @Test(arguments: samples)
    func asDockerSavedIt(sample: Sample) throws {
        try expectAll(sample, in: Fixtures.path(sample.name))
    }

    @Test(arguments: packings, ["docker/graph-20.10.24-4img.tar", "docker/c8d-28.5.2-4img.tar"].map(Sample.init))
    func packedInAnyWay(packing: String, sample: Sample) throws {
        try directory.shell("\(sample.tar) | \(packing) >packed")
        try expectAll(sample, in: directory.path("packed"))
    }

    @Test(arguments: samples, ["sort", "sort -r", "shuf --random-source=/bin/sh"])
    func entriesInAnyOrder(sample: Sample, order: String) throws {
        try directory.shell(
            """
            mkdir files && \(sample.tar) | tar xf - -C files
            cd files && find . ! -type d | \(order) >../names
            tar cf ../ordered --no-recursion -T ../names && gzip <../ordered >../packed
            """
        )
        try expectAll(sample, in: directory.path("ordered"))
        try expectAll(sample, in: directory.path("packed"))
    }

    @Test(arguments: samples, ["cat", "gzip"])
    func aPipe(sample: Sample, packing: String) throws {
        try directory.shell("mkfifo pipe && \(sample.tar) >tar && { \(packing) <tar >pipe & }")
        try expectAll(sample, in: directory.path("pipe"))
    }

    /// Returns a command that repacks a sample without some files.
    private static func repack(_ sample: Sample, without names: String...) -> String {
        let exclusions = names.map { "--exclude \($0)" }.joined(separator: " ")
        return "mkdir files && \(sample.tar) | tar xf - -C files && tar cf tar -C files \(exclusions) ."
    }

    @Test(arguments: samples.filter(\.isOriginal))
    func withoutManifestJSON(sample: Sample) throws {
        try directory.shell(Self.repack(sample, without: "manifest.json"))
        try expectAll(sample, in: directory.path("tar"))
    }

    @Test(arguments: samples.filter { !$0.name.contains("20.10") })
    func withoutIndexJSON(sample: Sample) throws {
        // A chart is no image to what reads manifest.json alone, which docker refuses too.
        guard !sample.name.contains("chart") else { return }
        try directory.shell(Self.repack(sample, without: "index.json", "oci-layout"))
        let archive = try DockerArchive(path: directory.path("tar"), temporaryDirectory: directory.path)
        let composer = try ImageComposer(of: archive)
        let names = try configurationsNamed(in: try directory.shell("cat files/manifest.json"))
        for image in archive.images where !(image.reference?.familiar ?? "").contains("windows") {
            guard image.original == nil,
                case .image(let configuration, _) = try composer.compose(image).manifest.content
            else {
                Issue.record("\(image) is not composed")
                continue
            }
            #expect(configuration.digest == names[image.reference?.familiar ?? image.id.description])
        }
    }

    @Test func ownMembersBeforeOthers() throws {
        // The two directories at the beginning as this program packs them, and the rest as gzip does.
        let (images, store) = try listedSamples()
        try write(images, store, to: try ArchiveOutput(path: directory.path("ours")))
        let length = 2 * StoredGzipMember(contentLength: Int64(TarHeader.blockSize)).length
        try directory.shell("{ head -c \(length) ours; gzip -dc ours | tail -c +1025 | gzip; } >mixed")
        let ours = try Arrivals(of: try DockerArchive(path: directory.path("ours")))
        let mixed = try Arrivals(
            of: try DockerArchive(path: directory.path("mixed"), temporaryDirectory: directory.path)
        )
        #expect(mixed.configurations == ours.configurations)
    }

    @Test(arguments: ["gnu", "posix"])
    func namesOfAnyLength(format: String) throws {
        let image = try SyntheticImage("a.b/x:1", layers: ["one", "two"])
        let long = [String](repeating: String(repeating: "long-", count: 20), count: 9).joined(separator: "/")
        var tar = SyntheticImage.archive([image])
        let json = String(decoding: try #require(tar["manifest.json"]), as: UTF8.self)
        tar["manifest.json"] = Array(json.replacing(image.layerNames[1], with: "\(long)/layer.tar").utf8)
        try directory.write(try tar.bytes(), to: "short")
        try directory.shell(
            """
            mkdir files && cd files && tar xf ../short && mkdir -p \(long)
            mv \(image.layerNames[1]) \(long)/layer.tar && tar cf ../long --format=\(format) *
            """
        )
        let archive = try DockerArchive(path: directory.path("long"), temporaryDirectory: directory.path)
        #expect(try Arrivals(of: archive).configurations["a.b/x:1"]?.count == 1)
    }

    @Test(
        "an entry of 9 GiB, its size told in each way there is",
        arguments: [("gnu", 512), ("posix", 1536)]
    )
    func entriesOfAnySize(format: String, headerLength: Int64) throws {
        let size: Int64 = 9 << 30
        let image = try SyntheticImage("a.b/x:1", layers: ["one"])
        // A hole in the file stands for the content.
        try directory.shell(
            """
            truncate -s \(size) large && tar cf - --format=\(format) large 2>errors | head -c \(headerLength) >archive
            rm large
            """
        )
        let file = try File(directory.path("archive"), for: .updating)
        #expect(try file.size == headerLength)
        try file.resize(to: headerLength + size)
        try file.write(try SyntheticImage.archive([image]).bytes(), at: headerLength + size)
        let archive = try DockerArchive(path: file.path, temporaryDirectory: directory.path)
        #expect(try Arrivals(of: archive).configurations.keys.sorted() == ["a.b/x:1"])
    }

    @Test(arguments: ["cat", "gzip"])
    func linksOfAllKinds(packing: String) throws {
        let image = try SyntheticImage("a.b/x:1", layers: ["one", "two", "three", "four"])
        let names = image.layerNames
        try directory.write(try SyntheticImage.archive([image]).bytes(), to: "plain")
        try directory.shell(
            """
            mkdir files && cd files && tar xf ../plain && mkdir kept && mv \(names.joined(separator: " ")) kept --backup=t
            cd kept && mv layer.tar.~1~ 0 && mv layer.tar.~2~ 1 && mv layer.tar.~3~ 2 && mv layer.tar 3 && cd ..
            ln kept/0 \(names[0]) && ln -s ../kept/1 \(names[1]) && ln -s ./../x/../kept/2 \(names[2])
            ln -s /kept/3 last && ln -s ../last \(names[3])
            tar cf - * | \(packing) >../linked
            """
        )
        let archive = try DockerArchive(path: directory.path("linked"), temporaryDirectory: directory.path)
        #expect(try Arrivals(of: archive).configurations.keys.sorted() == ["a.b/x:1"])
    }

    @Test func anImageWithoutNameIsListedByItsID() throws {
        let archive = try DockerArchive(path: Fixtures.path("docker/graph-28.5.2-by-id.tar"))
        #expect(archive.images.map(\.reference) == [nil])
        #expect(
            archive.images.map(\.id.description)
                == ["sha256:a34d1b7b5beae3df8587b9924c743c827a99608fe27db58e9d33ce896d055b7b"]
        )
    }
}
