import FoundationEssentials
import ImageArchive
import OCI
import SystemIO
import Tar
import TestSupport
import Testing

/// Images that are composed of layers and configurations: as docker would push them, to the same bytes each time.
@Suite(.timeLimit(.minutes(5))) struct ComposedImageTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func open(_ tar: SyntheticTar, packing: String = "cat") throws -> DockerArchive {
        try directory.write(try tar.bytes(), to: "tar")
        try directory.shell("\(packing) <tar >archive")
        return try DockerArchive(path: directory.path("archive"), temporaryDirectory: directory.path)
    }

    @Test(arguments: ["cat", "gzip", "zstd -q"])
    func theManifestIsThatOfSchema2(packing: String) throws {
        let image = try SyntheticImage("a.b/x:1", layers: ["one", "two"])
        let archive = try open(SyntheticImage.archive([image]), packing: packing)
        let composed = try ImageComposer(of: archive).compose(try #require(archive.images.first))
        guard case .image(let configuration, let layers) = composed.manifest.content else {
            Issue.record("it is an index")
            return
        }
        #expect(try composed.blobs[configuration.digest]?.bytes(of: "it", limit: 1 << 20) == image.configuration)
        #expect(
            String(decoding: composed.manifest.bytes, as: UTF8.self) == """
                {
                   "schemaVersion": 2,
                   "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
                   "config": {
                      "mediaType": "application/vnd.docker.container.image.v1+json",
                      "size": \(image.configuration.count),
                      "digest": "\(ContentHash.digest(of: image.configuration))"
                   },
                   "layers": [
                      {
                         "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
                         "size": \(layers[0].size),
                         "digest": "\(layers[0].digest)"
                      },
                      {
                         "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
                         "size": \(layers[1].size),
                         "digest": "\(layers[1].digest)"
                      }
                   ]
                }
                """
        )
        for (layer, tar) in zip(layers, image.layers) {
            try directory.write(
                try #require(composed.blobs[layer.digest]).bytes(of: "it", limit: 1 << 20),
                to: "layer.gz"
            )
            #expect(try directory.shell("gzip -dc layer.gz") == tar)
        }
    }

    @Test func composedImagesAreReproducible() throws {
        // More than one block of the compressor's.
        let texts = (0..<3).map { layer in (0..<40_000).map { "line \($0 * (layer + 7)) of it\n" }.joined() }
        let tar = SyntheticImage.archive([try SyntheticImage("a.b/x:1", layers: texts)])
        let manifests = try ["cat", "cat", "gzip", "gzip", "xz -0"]
            .map { packing in
                try Arrivals(of: try open(tar, packing: packing)).manifests["a.b/x:1"]?.map(\.bytes)
            }
        #expect(Set(manifests).count == 1)
        #expect(manifests[0] != nil)
    }

    struct Compression: Sendable, CustomTestStringConvertible {
        let command: String
        /// Whether the layer is sent as it lies in the archive.
        let isKept: Bool
        var testDescription: String { command }
    }

    @Test(
        "layers that are compressed in the archive",
        arguments: [
            Compression(command: "gzip -1", isKept: true),
            Compression(command: "split -b 700 --filter='gzip -9'", isKept: true),
            Compression(command: "pigz -0", isKept: true),
            Compression(command: "zstd -q", isKept: false),
            Compression(command: "xz", isKept: false),
            Compression(command: "bzip2", isKept: false),
        ],
        ["cat", "gzip"]
    )
    func compressedLayers(compression: Compression, packing: String) throws {
        let image = try SyntheticImage("a.b/x:1", layers: ["one", "two"])
        var tar = SyntheticImage.archive([image])
        try directory.write(image.layers[1], to: "layer")
        let layer = try directory.shell("\(compression.command) <layer")
        tar[image.layerNames[1]] = layer
        let archive = try open(tar, packing: packing)
        let manifest = try #require(try Arrivals(of: archive).manifests["a.b/x:1"]?.first)
        guard case .image(_, let layers) = manifest.content else { return }
        #expect((layers[1].digest == ContentHash.digest(of: layer)) == compression.isKept)
        #expect(layers[1].mediaType == .dockerLayer)
    }

    @Test("each blob is given as soon as it is there", arguments: ["cat", "gzip"])
    func blobsOneByOne(packing: String) throws {
        let image = try SyntheticImage("a.b/x:1", layers: ["one", "two", "three"])
        var tar = SyntheticImage.archive([image])
        // The last layer is not the one in the configuration.
        tar[image.layerNames[2]] = image.layers[0] + image.layers[0]
        let archive = try open(tar, packing: packing)
        var given: [(descriptor: Descriptor, bytes: [UInt8])] = []
        #expect(throws: ArchiveError.self) {
            try ImageComposer(of: archive)
                .compose(try #require(archive.images.first)) { descriptor, content in
                    given.append((descriptor, try content.bytes(of: "it", limit: 1 << 20)))
                }
        }
        #expect(given.map(\.descriptor.mediaType) == [.dockerConfiguration, .dockerLayer, .dockerLayer])
        #expect(given.map(\.descriptor.digest) == given.map { ContentHash.digest(of: $0.bytes) })
        #expect(given.first?.bytes == image.configuration)
        #expect(try given.dropFirst().map { try unpacked($0.bytes) } == Array(image.layers.prefix(2)))
    }

    @Test(arguments: ["cat", "gzip"])
    func aLayerOfManyImagesIsCompressedOnce(packing: String) throws {
        let base = (0..<200_000).map { "\($0 * 2_654_435_761 % 1_000_003) " }.joined()
        let images = try (0..<8).map { try SyntheticImage("a.b/x:\($0)", layers: [base, "\($0)"]) }
        let archive = try open(SyntheticImage.archive(images), packing: packing)
        let composer = try ImageComposer(of: archive)
        for image in archive.images { _ = try composer.compose(image) }
        let taken = try #require(try spools().first).size
        let layers = try Arrivals(of: archive, composer: composer).manifests.values
            .map { manifests -> Int64 in
                guard case .image(_, let layers) = manifests[0].content else { return 0 }
                return layers[0].size
            }
        #expect(layers.count == 8)
        #expect(taken < 2 * layers[0], "\(taken) bytes of temporary space for layers of \(layers)")
    }

    @Test func aMissingLayerIsTakenFromAnotherImage() throws {
        // As docker does, which never looks for a layer that it has.
        let images = try ["x", "y"].map { try SyntheticImage("a.b/\($0):1", layers: ["one", $0]) }
        var tar = SyntheticImage.archive(images)
        tar["manifest.json"] = Array(
            String(decoding: tar["manifest.json"] ?? [], as: UTF8.self)
                .replacing(
                    #""Layers":["\#(images[1].layerNames[0])""#,
                    with: #""Layers":["missing""#,
                    maxReplacements: 2
                )
                .replacing(
                    #""Layers":["missing""#,
                    with: #""Layers":["\#(images[0].layerNames[0])""#,
                    maxReplacements: 1
                )
                .utf8
        )
        let archive = try open(tar)
        #expect(try Arrivals(of: archive).manifests.count == 2)
    }

    @Test(arguments: ["cat", "gzip"])
    func temporarySpaceHasNoName(packing: String) throws {
        let images = [try SyntheticImage("a.b/x:1", layers: ["one"])]
        let temporary = try TemporaryDirectory()
        try directory.write(try SyntheticImage.archive(images).bytes(), to: "tar")
        try directory.shell("\(packing) <tar >archive")
        var notices: [String] = []
        let archive = try DockerArchive(path: directory.path("archive"), temporaryDirectory: temporary.path) {
            notices.append($0)
        }
        let composer = try ImageComposer(of: archive) { notices.append($0) }
        _ = try Arrivals(of: archive, composer: composer)
        // So it goes away with the process, however that ends.
        #expect(try temporary.names().isEmpty)
        #expect(try spools(in: temporary).count == 1)
        #expect(notices.count == 1)
        #expect(notices.first?.contains(" bytes of temporary space in \(temporary.path)") == true, "\(notices)")
    }

    @Test(arguments: ["docker/c8d-28.5.2-4img.tar", "docker/c8d-28.5.2-multiarch.tar"])
    func whatIsReadFromWhereItLiesTakesNoSpace(name: String) throws {
        let archive = try DockerArchive(path: Fixtures.path(name), temporaryDirectory: "/nowhere") {
            Issue.record("\($0)")
        }
        let composer = try ImageComposer(of: archive) { Issue.record("\($0)") }
        _ = try Arrivals(of: archive, composer: composer)
    }

    @Test func aMissingDirectory() throws {
        let tar = SyntheticImage.archive([try SyntheticImage("a.b/x:1", layers: ["one"])])
        try directory.write(try tar.bytes(), to: "tar")
        let error = #expect(throws: FileError.self) {
            try ImageComposer(of: try DockerArchive(path: directory.path("tar"), temporaryDirectory: "/nowhere"))
        }
        #expect(error?.description == "cannot create a temporary file in /nowhere: No such file or directory")
    }

    @Test func tooManyBytesForTheDirectory() throws {
        // A layer of 14 terabytes, nearly all of it a hole in the file.
        let image = try SyntheticImage("a.b/x:1", layers: ["one"])
        var tar = SyntheticImage.archive([image])
        tar[image.layerNames[0]] = nil
        let size: Int64 = 14 << 40
        let header = try TarHeader(name: image.layerNames[0], size: size).encoded()
        let file = try File(directory.path("archive"), for: .creating)
        try file.write(header)
        try file.write(image.layers[0])
        try file.resize(to: Int64(header.count) + size)
        try file.write(try tar.bytes(), at: Int64(header.count) + size)
        let error = #expect(throws: ArchiveError.self) {
            try ImageComposer(of: try DockerArchive(path: file.path, temporaryDirectory: directory.path))
        }
        let words = try #require(error?.description)
        #expect(words.hasPrefix("it takes about \(size / 2) bytes of temporary space, and \(directory.path) has "))
        #expect(words.hasSuffix("; name another directory in TMPDIR"))
    }

    @Test(.enabled(if: Machine.canMountHere, "needs root, to mount a file system"))
    func aDirectoryThatIsFull() throws {
        let text = (0..<300_000).map { "\($0 * 2_654_435_761 % 1_000_003)" }.joined()
        try directory.write(
            try SyntheticImage.archive([try SyntheticImage("a.b/x:1", layers: [text])]).bytes(),
            to: "tar"
        )
        try directory.shell("mkdir small && mount -t tmpfs -o size=200k none small && gzip <tar >packed && mkfifo pipe")
        defer { _ = try? directory.shell("umount small") }
        let small = directory.path("small")
        for name in ["tar", "packed"] {
            let error = #expect(throws: ArchiveError.self) {
                try ImageComposer(of: try DockerArchive(path: directory.path(name), temporaryDirectory: small))
            }
            #expect(
                error?.description.hasSuffix("and \(small) has 204800; name another directory in TMPDIR") == true,
                "\(error?.description ?? "")"
            )
        }
        // The size of a pipe's content is unknown.
        try directory.shell("{ cat packed >pipe & }")
        let error = #expect(throws: ArchiveError.self) {
            try DockerArchive(path: directory.path("pipe"), temporaryDirectory: small)
        }
        #expect(
            error?.description
                == "it takes more temporary space than there is in \(small); name another directory in TMPDIR"
        )
    }

    /// The files without a name that this process has open in a directory.
    private func spools(in directory: TemporaryDirectory? = nil) throws -> [File] {
        let place = (directory ?? self.directory).path
        return try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
            .filter { descriptor in
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
                return target.map { $0.hasPrefix("\(place)/") && $0.hasSuffix(" (deleted)") } ?? false
            }
            .map { try File("/proc/self/fd/\($0)", for: .reading) }
    }
}
