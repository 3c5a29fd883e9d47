import HTTP
import ImageArchive
import OCI
import Registry
import RegistryEngine
import SampleImages
import Synchronization
import SystemIO
import TestSupport
import Testing

/// From a registry into an archive.
@Suite(.timeLimit(.minutes(2))) struct SaveTests {
    private let fixture: EngineFixture

    init() throws {
        fixture = try EngineFixture()
    }

    /// The number of requests for each blob.
    private func blobRequests() -> [String: Int] {
        let requests = fixture.source.requests.filter { $0.method == "GET" && $0.path.contains("/blobs/") }
        return Dictionary(requests.map { (String($0.path.split(separator: "/").last ?? ""), 1) }, uniquingKeysWith: +)
    }

    @Test func theListIsSavedInItsOrder() async throws {
        let names = try EngineFixture.list()
        let events = try await fixture.save(names)
        #expect(events == names.map { PullEvents.Event(name: $0, cause: nil) })
        let archive = try DockerArchive(path: fixture.archive)
        #expect(archive.images.map { $0.reference?.familiar } == names.map { "\(fixture.source.authority)/\($0)" })
        #expect(try fixture.directory.names() == ["a.tar.gz"])
    }

    @Test func eachBlobIsFetchedOnce() async throws {
        try await fixture.save(try EngineFixture.list())
        let counts = blobRequests()
        // 10 images of their own, which share their first layer; each has a configuration and one layer more.
        #expect(counts.count > 20)
        #expect(counts.values.allSatisfy { $0 == 1 }, "\(counts)")
    }

    @Test func contentIsThatOfTheRegistry() async throws {
        try await fixture.save(["rancher/tiny:v1"])
        let archive = try DockerArchive(path: fixture.archive)
        for (_, descriptor) in try EngineFixture.samples.names().prefix(1) {
            let manifest = try #require(try archive.manifest(descriptor))
            #expect(manifest.bytes == EngineFixture.samples.content(descriptor.digest))
            guard case .image(let configuration, let layers) = manifest.content else { return }
            for blob in [configuration] + layers {
                let content = try #require(archive.blob(blob.digest))
                #expect(try content.bytes(of: "it", limit: 1 << 20) == EngineFixture.samples.content(blob.digest))
            }
        }
    }

    @Test(
        "a size that no disk holds fails its own image only",
        arguments: [Int64(1) << 49, 1 << 50, 1 << 62],
        [nil, GraphDriverFormat.docker, .legacy]
    )
    func anAbsurdSize(size: Int64, format: GraphDriverFormat?) async throws {
        let image =
            #"{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["\#(ContentHash.digest(of: []))"]}}"#
        let configuration = fixture.source.addBlob(Array(image.utf8), repository: "rancher/absurd")
        let layer = SyntheticImage.descriptor(of: Array("layer".utf8), "application/vnd.oci.image.layer.v1.tar")
        let manifest = #"""
            {"schemaVersion":2,"config":{"mediaType":"\#(MediaType.ociConfiguration)","digest":"\#(configuration)",\#
            "size":\#(image.utf8.count)},"layers":[\#(layer.replacing("\"size\":5", with: "\"size\":\(size)"))]}
            """#
        fixture.source.addManifest(
            Array(manifest.utf8),
            mediaType: .ociManifest,
            repository: "rancher/absurd",
            tag: "v1"
        )
        let names = ["rancher/tiny:v1", "rancher/absurd:v1", "busybox:1"]
        let events =
            if let format { try await fixture.save(names, as: format) } else { try await fixture.save(names) }
        #expect(events.map { $0.cause == nil } == [true, false, true])
        #expect(events[1].cause?.contains("\(size)") == true)
        #expect(try DockerArchive(path: fixture.archive).images.count == 2)
    }

    @Test func aStreamGetsTheSameBytes() async throws {
        let names = try EngineFixture.list()
        try await fixture.save(names)
        let stream = try File(fixture.directory.path("stream"), for: .creating)
        try await fixture.save(names, output: ArchiveOutput(stream: stream))
        #expect(try fixture.directory.bytes("stream") == fixture.directory.bytes("a.tar.gz"))
    }

    @Test func aDuplicateNameIsReportedAgainAndSavedOnce() async throws {
        let names = ["rancher/tiny:v1", "busybox:1", "rancher/tiny:v1", "rancher/absent:1", "rancher/absent:1"]
        let events = try await fixture.save(names)
        #expect(events.map(\.name) == names)
        #expect(events.map { $0.cause == nil } == [true, true, true, false, false])
        #expect(try DockerArchive(path: fixture.archive).images.count == 2)
        #expect(fixture.source.requests.filter { $0.path.hasSuffix("/rancher/tiny/manifests/v1") }.count == 1)
    }

    @Test func twoSpellingsOfOneNameAreOneImage() async throws {
        let bytes = try #require(fixture.source.manifest("busybox", "1"))
        fixture.source.addManifest(bytes.bytes, mediaType: .dockerManifest, repository: "busybox", tag: "latest")
        let events = try await fixture.save(["busybox", "busybox:latest"])
        #expect(events.map(\.cause) == [nil, nil])
        #expect(try DockerArchive(path: fixture.archive).images.count == 1)
    }

    @Test func aFailedImageDoesNotStopTheOthers() async throws {
        let host = fixture.source.authority
        let names = ["rancher/tiny:v1", "rancher/absent:v1", "Rancher/x", "busybox:1"]
        let events = try await fixture.save(names)
        #expect(
            events == [
                PullEvents.Event(name: "rancher/tiny:v1", cause: nil),
                PullEvents.Event(
                    name: "rancher/absent:v1",
                    cause:
                        "\(host) answered 404 to the manifest v1 of \(host)/rancher/absent: manifest unknown: manifest unknown"
                ),
                PullEvents.Event(
                    name: "Rancher/x",
                    cause:
                        "invalid reference format: '\(host)/Rancher/x': repository name (Rancher/x) must be lowercase"
                ),
                PullEvents.Event(name: "busybox:1", cause: nil),
            ]
        )
        #expect(try DockerArchive(path: fixture.archive).images.count == 2)
    }

    @Test(
        "a blob that cannot be had fails its image, and the archive is that of the others",
        arguments: [
            (FakeFault.Kind.wrongByte, "has the digest sha256:"),
            (.error(404, "BLOB_UNKNOWN"), "blob unknown: blob unknown to registry"),
            (.transport(.cutBody(after: 10)), "broke off"),
            (.error(403, "DENIED"), "'docker login"),
        ]
    )
    func spoiltBlobs(kind: FakeFault.Kind, words: String) async throws {
        // Of the others, none has the layer, as the index `multi` has.
        let others = try EngineFixture.list().filter { !$0.contains("rancher/tiny:") && $0 != "rancher/multi:v1" }
        try await fixture.save(others)
        let without = try fixture.directory.bytes("a.tar.gz")
        let layer = "42813ff4514d6c8d8b798ac264b4169663e37c1132a2936939596a2cf1009e12"
        fixture.source.add(FakeFault(kind, method: "GET", target: "blobs/sha256:\(layer)", times: .max))
        let events = try await fixture.save(["rancher/tiny:v1"] + others)
        #expect(events.map(\.name) == ["rancher/tiny:v1"] + others)
        #expect(events.map { $0.cause == nil } == [false] + others.map { _ in true })
        let cause = try #require(events[0].cause)
        #expect(cause.contains(layer), "\(cause)")
        #expect(cause.contains(words), "\(cause)")
        #expect(try fixture.directory.bytes("a.tar.gz") == without)
        #expect(try fixture.directory.names() == ["a.tar.gz"])
    }

    @Test func theOlderArchiveStaysIfAllImagesFail() async throws {
        try fixture.directory.write("older", to: "a.tar.gz")
        fixture.source.add(FakeFault(.error(404, "BLOB_UNKNOWN"), method: "GET", target: "blobs", times: .max))
        let events = try await fixture.save(["rancher/tiny:v1", "busybox:1"])
        #expect(events.allSatisfy { $0.cause != nil })
        #expect(try fixture.directory.text("a.tar.gz") == "older")
        #expect(try fixture.directory.names() == ["a.tar.gz"])
    }

    @Test func aManifestWithAnotherSizeFailsItsImage() async throws {
        let bytes = try #require(fixture.source.manifest("busybox", "1")).bytes
        let text = String(decoding: bytes, as: UTF8.self)
        let size = try #require(text.firstMatch(of: /"size": ?\d+/)).0
        let lie = Array(text.replacing(size, with: size + "0").utf8)
        fixture.source.addManifest(lie, mediaType: .dockerManifest, repository: "busybox", tag: "lie")
        let events = try await fixture.save(["busybox:1", "busybox:lie"])
        #expect(events.map { $0.cause == nil } == [true, false])
        #expect(events[1].cause?.contains("which has another size; it is damaged in the registry") == true, "\(events)")
    }

    @Test(arguments: [false, true])
    func aBlobThatOneRepositoryHasLostComesFromAnother(isHalfway: Bool) async throws {
        // All samples share their first layer. A part of it may have come from the first repository already.
        let layer = "/rancher/tiny/blobs/sha256:0f912b9023022d29119104edd0c4072154af9f0064b87082a5a6294722b138e9"
        if isHalfway { fixture.source.add(FakeFault(.transport(.cutBody(after: 5_000)), target: layer)) }
        fixture.source.add(FakeFault(.error(404, "BLOB_UNKNOWN"), target: layer, times: .max))
        try await fixture.save(["rancher/tiny:v1", "busybox:1"])
        try fixture.directory.shell(
            "gzip -t a.tar.gz && tar xzf a.tar.gz && cd blobs/sha256 && sha256sum * >../../sums"
        )
        let sums = try fixture.directory.text("sums").split(separator: "\n")
        #expect(sums.allSatisfy { $0.prefix(64) == $0.suffix(64) })
    }

    @Test(arguments: [1, 3])
    func asManyBlobsAreTransferredAsJobsAllow(jobs: Int) async throws {
        fixture.source.add(FakeFault(.transport(.stallBody(after: 1)), target: "/blobs/", times: .max))
        let task = Task { [fixture] in try await fixture.save(try EngineFixture.list(), jobs: jobs) }
        while blobRequests().count < jobs { try await Task.sleep(for: .milliseconds(2)) }
        // None of them ends. One more would come at once.
        try await Task.sleep(for: .milliseconds(50))
        #expect(blobRequests().count == jobs)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func aCancelledSaveLeavesNoArchive() async throws {
        try fixture.directory.write("older", to: "a.tar.gz")
        fixture.source.add(FakeFault(.transport(.stallBody(after: 100)), target: "blobs", times: .max))
        let task = Task { [fixture] in try await fixture.save(try EngineFixture.list()) }
        while !fixture.source.requests.contains(where: { $0.path.contains("/blobs/") }) {
            try await Task.sleep(for: .milliseconds(2))
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try fixture.directory.names() == ["a.tar.gz"])
        #expect(try fixture.directory.text("a.tar.gz") == "older")
    }

    @Test func aWrongHeaderIsReportedOncePerImage() async throws {
        fixture.source.switches.announcesWrongDigests = true
        let pulled = try await fixture.save(["rancher/multi-oci:v1", "busybox:1"], .all)
        #expect(pulled.map(\.cause) == [nil, nil])
        let host = fixture.source.authority
        let zero = "sha256:" + String(repeating: "0", count: 64)
        let expected = try ["rancher/multi-oci:v1", "busybox:1"]
            .map { name in
                let parts = name.split(separator: ":").map(String.init)
                let there = try #require(fixture.source.manifest(parts[0], parts[1]))
                return
                    "\(host)/\(name): \(host) announces the digest \(zero), but what it sends has \(there.digest), and that is taken"
            }
        #expect(fixture.notices.withLock(\.self).sorted() == expected.sorted())
    }

    @Test func aCancelledPullIsNotReportedAsFailure() async throws {
        fixture.source.add(FakeFault(.transport(.stall), target: "manifests", times: .max))
        let saver = RegistrySaver(try fixture.setup())
        let events = PullEvents(prefix: "")
        let task = Task { [fixture] in
            try await saver.pull([fixture.request("busybox:1")], onEvent: events.take)
        }
        while !fixture.source.requests.contains(where: { $0.path.contains("manifests") }) {
            try await Task.sleep(for: .milliseconds(2))
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        saver.discard()
        #expect(events.all.isEmpty)
    }
}
