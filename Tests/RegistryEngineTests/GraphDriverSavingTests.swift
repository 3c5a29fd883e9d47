import Engine
import ImageArchive
import OCI
import Registry
import RegistryEngine
import SampleImages
import Synchronization
import SystemIO
import TestSupport
import Testing

/// From a registry into the archives of graph drivers.
@Suite(.timeLimit(.minutes(2))) struct GraphDriverSavingTests {
    private let fixture: EngineFixture

    init() throws {
        fixture = try EngineFixture()
    }

    /// Docker's own message for the Windows image.
    private static let windows = #"image operating system "windows" cannot be used on this platform"#

    @Test(arguments: [
        (GraphDriverFormat.docker, "docker-28.5"), (.docker, "docker-26.1"), (.legacy, "docker-20.10"),
    ])
    func theArchiveIsThatOfDocker(format: GraphDriverFormat, sample: String) async throws {
        // Docker 20.10 could not pull zstd.
        let names = try EngineFixture.list().filter { format == .docker || !$0.contains("zstd") }
        let events = try await fixture.save(names, as: format)
        #expect(events.map(\.name) == names)
        let causes = events.compactMap(\.cause)
        #expect(causes == [Self.windows + (format == .docker ? ": operating system is not supported" : "")])
        try fixture.directory.shell("gzip -t a.tar.gz")

        let made = try UnpackedArchive(fixture.archive, registry: fixture.source.authority)
        let docker = try UnpackedArchive(
            Fixtures.path("saved/\(sample)/rancher-images.tar.gz"),
            registry: "127.0.0.1:5001"
        )
        #expect(made.names == docker.names)
        for (name, expected) in docker.entries {
            let entry = try #require(made.entries[name])
            #expect(entry.listed == expected.listed, "\(name)")
            // The images are of 2024; what is later is the time of the day.
            if expected.time < "2026" { #expect(entry.time == expected.time, "\(name)") }
            if !["index.json", "manifest.json"].contains(name) {
                #expect(entry.content == expected.content, "\(name)")
            }
        }
        #expect(try made.items() == docker.items())
        #expect(try made.index() == docker.index())
    }

    @Test(arguments: [GraphDriverFormat.docker, .legacy])
    func aStreamAndAPlainTarHoldTheSame(format: GraphDriverFormat) async throws {
        let names = try EngineFixture.list()
        try await fixture.save(names, as: format)
        let first = try fixture.directory.bytes("a.tar.gz")
        try await fixture.save(names, as: format)
        #expect(try fixture.directory.bytes("a.tar.gz") == first, "the same images give the same archive")
        let stream = try File(fixture.directory.path("stream"), for: .creating)
        try await fixture.save(names, as: format, output: ArchiveOutput(stream: stream))
        try await fixture.save(
            names,
            as: format,
            wrapping: .none,
            output: ArchiveOutput(path: fixture.directory.path("plain"))
        )
        try fixture.directory.shell("gzip -dc a.tar.gz | cmp - plain && gzip -dc stream | cmp - plain")
        #expect(try fixture.directory.names() == ["a.tar.gz", "plain", "stream"])
    }

    @Test func namesOfOneImageAreOneItem() async throws {
        let digest = try #require(fixture.source.manifest("busybox", "1")).digest
        let names = ["rancher/tiny:v1-again", "rancher/tiny:v1", "rancher/tiny:v1", "busybox@\(digest)"]
        try await fixture.save(names, as: .docker)
        let archive = try UnpackedArchive(fixture.archive, registry: fixture.source.authority)
        let tags = try archive.items().map(\.repoTags)
        #expect(tags.contains(["127.0.0.1:5001/rancher/tiny:v1-again", "127.0.0.1:5001/rancher/tiny:v1"]))
        #expect(tags.contains(nil), "a name with a digest is forgotten")
        #expect(tags.count == 2)
        #expect(
            fixture.notices.withLock { $0.count { $0.contains(" has no tag, so index.json does not list it") } } == 1
        )
    }

    @Test(arguments: [GraphDriverFormat.docker, .legacy])
    func eachLayerIsFetchedOnce(format: GraphDriverFormat) async throws {
        try await fixture.save(["rancher/tiny:v1", "busybox:1", "rancher/repeat:v1"], as: format)
        let blobs = fixture.source.requests.filter { $0.method == "GET" && $0.path.contains("/blobs/") }.map(\.path)
        let digests = blobs.compactMap { $0.split(separator: "/").last }
        #expect(Set(digests).count == digests.count)
    }

    // MARK: What docker would not have pulled

    @Test func oneFailureDoesNotStopTheOthers() async throws {
        fixture.addImage("rancher/empty", layers: [])
        fixture.addImage("rancher/more", layers: [[1], [2]], diffIDs: [ContentHash.digest(of: [1])])
        let names = ["rancher/charts/demo:1.0.0", "rancher/empty:v1", "rancher/more:v1", "rancher/tiny:v1"]
        let tag = try #require(try EngineFixture.samples.names().first { $0.name.contains("charts") }).name
        let events = try await fixture.save([tag] + names.dropFirst(), as: .docker)
        #expect(
            events.map(\.cause) == [
                "unsupported media type application/vnd.cncf.helm.config.v1+json", "empty export - not implemented",
                "layers from manifest don't match image configuration", nil,
            ]
        )
        #expect(fixture.directory.exists("a.tar.gz"))
    }

    @Test func aListWithoutThePlatformIsReported() async throws {
        let choice = PlatformChoice.platforms([try #require(Platform("linux/s390x"))])
        let events = try await fixture.save(["rancher/multi:v1"], as: .docker, choice)
        #expect(events.map(\.cause) == ["no matching manifest for linux/s390x in the manifest list entries"])
    }

    @Test func severalPlatformsAreRefusedBeforeAnythingIsPulled() throws {
        let arm = try #require(Platform("linux/arm64"))
        for choice in [PlatformChoice.all, .platforms([.linuxAMD64, arm])] {
            let setup = try fixture.setup(choice)
            let error = #expect(throws: EngineError.self) { try GraphDriverSaver(setup, format: .docker) }
            setup.output.discard()
            #expect(error?.description.contains("name one with --platform") == true)
        }
        #expect(fixture.source.requests.isEmpty)
        #expect(try fixture.directory.names() == [], "no archive was begun")
    }

    // MARK: What is damaged

    struct Damage: Sendable {
        let sentence: String
        let compressed: @Sendable ([UInt8]) -> [UInt8]
    }

    static let damages = [
        Damage(sentence: "layers from manifest don't match image configuration: the layer with the diff ID") { _ in
            [UInt8](repeating: 1, count: 1024)
        },
        Damage(sentence: "cannot be unpacked: the gzip data is cut short") { $0.dropLast(20) },
        Damage(sentence: "cannot be unpacked: the gzip data is damaged") { bytes in
            var bytes = bytes
            bytes[bytes.count - 5] ^= 1
            return bytes
        },
        Damage(sentence: "cannot be unpacked: the zstd data is cut short") { _ in [0x28, 0xB5, 0x2F, 0xFD, 0, 0x58] },
    ]

    @Test(arguments: damages)
    func aLayerThatIsNotItsDiffIDFailsItsImages(damage: Damage) async throws {
        let content = [UInt8](repeating: 7, count: 100_000)
        try fixture.directory.write(content, to: "layer")
        let packed = damage.compressed(try fixture.directory.shell("gzip <layer"))
        fixture.addImage("rancher/bad", layers: [packed], diffIDs: [ContentHash.digest(of: content)])
        for format in [GraphDriverFormat.docker, .legacy] {
            try await fixture.save(["rancher/tiny:v1", "busybox:1"], as: format)
            let without = try fixture.directory.bytes("a.tar.gz")
            let events = try await fixture.save(["rancher/tiny:v1", "rancher/bad:v1", "busybox:1"], as: format)
            #expect(events.map { $0.cause == nil } == [true, false, true])
            #expect(events[1].cause?.contains(damage.sentence) == true, "\(events)")
            try fixture.directory.shell("gzip -t a.tar.gz")
            try Self.expectSameTar(try fixture.directory.bytes("a.tar.gz"), without, in: fixture.directory)
        }
    }

    /// The filling between layers may differ, the tar does not.
    private static func expectSameTar(_ left: [UInt8], _ right: [UInt8], in directory: TemporaryDirectory) throws {
        try directory.write(left, to: "left")
        try directory.write(right, to: "right")
        try directory.shell("gzip -dc <left >left.tar && gzip -dc <right | cmp - left.tar && rm left left.tar right")
    }

    @Test(arguments: [2000, 6 << 20])
    func aLayerWithAnotherDigestFailsItsImage(size: Int) async throws {
        fixture.addImage("rancher/bad", layers: [[UInt8](repeating: 7, count: size)])
        fixture.source.add(
            FakeFault(
                .wrongByte,
                target: "rancher/bad/blobs/\(ContentHash.digest(of: [UInt8](repeating: 7, count: size)))",
                times: 9
            )
        )
        let events = try await fixture.save(["rancher/bad:v1", "busybox:1"], as: .docker)
        #expect(events.map { $0.cause == nil } == [false, true])
        #expect(events[0].cause?.hasPrefix("the blob sha256:") == true)
    }

    @Test(arguments: [GraphDriverFormat.docker, .legacy])
    func aBrokenTransferOfALargeLayerResumes(format: GraphDriverFormat) async throws {
        let layer = sampleBytes(6 << 20)
        let digest = ContentHash.digest(of: layer)
        fixture.addImage("rancher/large", layers: [layer])
        fixture.source.add(FakeFault(.transport(.cutBody(after: 3 << 20)), target: "blobs/\(digest)"))
        try await fixture.save(["rancher/large:v1"], as: format)
        try fixture.directory.shell("mkdir out && tar -C out -xf a.tar.gz")
        let sum = try fixture.directory.shell("find out -size +1M -exec sha256sum {} +")
        #expect(String(decoding: sum.prefix(64), as: UTF8.self) == digest.hex)
    }

    // MARK: Where layers come from

    @Test(arguments: [2000, 6 << 20])
    func aLayerMayComeFromAnyImageThatHasIt(size: Int) async throws {
        let layer = [UInt8](repeating: 3, count: size)
        fixture.addImage("rancher/one", layers: [layer], holdsLayers: false)
        fixture.addImage("rancher/two", layers: [layer])
        let events = try await fixture.save(["rancher/one:v1", "rancher/two:v1"], as: .legacy)
        #expect(events.map(\.cause) == [nil, nil])
        #expect(try await fixture.save(["rancher/one:v1"], as: .legacy).map { $0.cause == nil } == [false])
    }

    @Test func aForeignLayerComesFromItsURLs() async throws {
        let layer = [UInt8](repeating: 4, count: 3000)
        let digest = fixture.target.addBlob(layer, repository: "foreign")
        fixture.addImage(
            "rancher/foreign",
            layers: [layer],
            os: "windows",
            type: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
            extra:
                #","urls":["\#(fixture.target.url)/v2/gone/blobs/\#(digest)","\#(fixture.target.url)/v2/foreign/blobs/\#(digest)"]"#,
            holdsLayers: false
        )
        let choice = PlatformChoice.platforms([try #require(Platform("windows/amd64"))])
        #expect(try await fixture.save(["rancher/foreign:v1"], as: .docker, choice).map(\.cause) == [nil])
        let archive = try UnpackedArchive(fixture.archive, registry: fixture.source.authority)
        let source = try #require(try archive.items().first?.layerSources?[digest.description])
        #expect(source.isForeignLayer && source.urls?.count == 2 && source.size == 3000)
        #expect(archive.entries["blobs/sha256/\(digest.hex)"]?.content.utf8.count == 3000)
    }

    // MARK: Resuming

    @Test(arguments: [GraphDriverFormat.docker, .legacy], [OuterCompression.gzip(level: 6), .none])
    func anInterruptedSaveResumes(format: GraphDriverFormat, wrapping: OuterCompression) async throws {
        let layers = (0..<6).map { sampleBytes(1_500_000 + $0 * 1_000_000, seed: $0) }
        let names = layers.indices.map { "large/\($0):v1" }
        for (index, layer) in layers.enumerated() { fixture.addImage("large/\(index)", layers: [layer]) }
        try await fixture.save(names, as: format, wrapping: wrapping)
        let undisturbed = try fixture.directory.bytes("a.tar.gz")
        let digests = layers.map { ContentHash.digest(of: $0) }
        let sums = try fixture.directory.shell(
            """
            mkdir unpacked && tar -C unpacked -xf a.tar.gz && cd unpacked
            for file in $(tar tf ../a.tar.gz); do [ ! -f $file ] || sha256sum <$file; done
            cd .. && rm -r unpacked a.tar.gz
            """
        )
        let order = String(decoding: sums, as: UTF8.self).split(separator: "\n")
            .compactMap { sum in digests.first { $0.hex == sum.prefix(64) } }

        // The run is stopped while it waits for the layer that comes last in the archive, when all others are there.
        let last = try #require(order.last)
        let stalled = FakeFault(.transport(.stallBody(after: 100_000)), target: "blobs/\(last)", times: .max)
        fixture.source.add(stalled)
        let task = Task {
            let output = try ArchiveOutput(path: fixture.archive, continues: true)
            try await fixture.save(names, as: format, wrapping: wrapping, output: output)
        }
        let others = order.dropLast().map(\.description)
        for _ in 0..<20_000 {
            let journal = (try? fixture.directory.text("a.tar.gz.unfinished.journal")) ?? ""
            if others.allSatisfy(journal.contains) { break }
            try await Task.sleep(for: .milliseconds(2))
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        fixture.source.removeFaults()
        #expect(try fixture.directory.names() == ["a.tar.gz.unfinished", "a.tar.gz.unfinished.journal"])

        let forecast = Mutex(SaveForecast())
        try await GraphDriverSaver(
            try fixture.setup(
                wrapping: wrapping,
                output: try ArchiveOutput(examining: fixture.archive, isFresh: false)
            ),
            format: format
        )
        .pull(names.map(fixture.request)) { event in
            if case .planned(let result) = event { forecast.withLock { $0 = result } }
        }
        let checked = forecast.withLock(\.self)
        let before = fixture.source.requests.count
        let output = try ArchiveOutput(path: fixture.archive, continues: true)
        let events = try await fixture.save(names, as: format, wrapping: wrapping, output: output)
        #expect(events.allSatisfy { $0.cause == nil })
        let fetched = fixture.source.requests.dropFirst(before)
            .filter { request in
                request.method == "GET" && digests.contains { request.path.hasSuffix("blobs/\($0)") }
            }
        #expect(fetched.map { $0.path.hasSuffix("\(last)") } == [true], "\(fetched.map(\.path))")
        let isSame = try fixture.directory.bytes("a.tar.gz") == undisturbed
        #expect(isSame)
        #expect(try fixture.directory.names() == ["a.tar.gz"])
        #expect(fixture.notices.withLock { $0.count { $0.hasPrefix("continuing: ") } } == 1)
        let all = layers.reduce(0) { $0 + Int64($1.count) }
        let lastSize = Int64(layers[try #require(digests.firstIndex(of: last))].count)
        #expect(checked.resumed == all - lastSize)
    }
}
