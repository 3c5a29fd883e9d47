import Engine
import HTTP
import ImageArchive
import OCI
import Registry
import RegistryEngine
import SampleImages
import SystemIO
import TestSupport
import Testing

/// Loads from an archive into a registry.
@Suite(.timeLimit(.minutes(2))) struct LoadTests {
    private let fixture: EngineFixture

    init() throws {
        fixture = try EngineFixture()
    }

    private func requests(_ method: String, _ part: String) -> [LoopbackRequest] {
        fixture.target.requests.filter { $0.method == method && $0.target.contains(part) }
    }

    /// The samples without foreign layers, which need their publisher's URLs.
    private static func list() throws -> [String] {
        try EngineFixture.list().filter { !$0.contains("windows") }
    }

    @Test func manifestsArriveUnchanged() async throws {
        let names = try Self.list()
        try await fixture.save(names)
        let outcome = try await fixture.load(names.map { fixture.push($0) })
        #expect(outcome.causes == names.map { _ in nil })
        for name in names {
            let parts = name.split(separator: ":").map(String.init)
            let there = try #require(fixture.source.manifest(parts[0], parts[1]))
            let here = try #require(fixture.target.manifest(parts[0], parts[1]))
            // The archive has one image of the index, which gets the name.
            if there.mediaType.contains("list") || there.mediaType.contains("index") {
                #expect(here.bytes == fixture.source.manifest(parts[0], here.digest)?.bytes)
            } else {
                #expect(here == there)
            }
        }
    }

    @Test func sharedBlobsAreUploadedOnce() async throws {
        let names = ["rancher/tiny:v1", "busybox:1", "rancher/tiny:v1-again"]
        try await fixture.save(names)
        let first = try await fixture.load(names.map { fixture.push($0) })
        #expect(
            first.layers == [
                ["0f912b902302 uploaded", "42813ff4514d uploaded"],
                ["0f912b902302 mounted from rancher/tiny", "87656ccf067f uploaded"],
                ["0f912b902302 existing", "42813ff4514d existing"],
            ]
        )
        for (push, name) in zip(first.pushes, names) {
            let parts = name.split(separator: ":").map(String.init)
            let there = try #require(fixture.source.manifest(parts[0], parts[1]))
            #expect(push.target.description == "\(fixture.target.authority)/\(name)")
            #expect(push.source.digest.description == there.digest)
            #expect(push.manifest?.digest.description == there.digest)
            #expect(push.manifest?.size == Int64(there.bytes.count))
        }
        let second = try await fixture.load(names.map { fixture.push($0) })
        #expect(second.layers.allSatisfy { $0.allSatisfy { $0.hasSuffix(" existing") } })
        #expect(second.pushes.map(\.manifest) == first.pushes.map(\.manifest))
    }

    @Test func bytesAreCounted() async throws {
        let names = ["rancher/tiny:v1", "busybox:1"]
        let saved = PullEvents(prefix: "")
        let saver = RegistrySaver(try fixture.setup())
        try await saver.pull(names.map(fixture.request), onEvent: saved.take)
        let fetched = saved.outcomes.flatMap(\.blobs)
        // Both images have the same first layer.
        let sizes = Dictionary(fetched.map { ($0.blob.digest, $0.transferredBytes) }) { first, _ in first }
        let total = sizes.values.reduce(0, +)
        #expect(fixture.counters.snapshot.bytes == TransferCounters.Count(planned: total, done: total))
        #expect(fixture.counters.snapshot.items == TransferCounters.Count(planned: 2, done: 2))
        try await saver.save(saved.pulled)
        _ = try await fixture.load(names.map { fixture.push($0) })
        #expect(fixture.counters.snapshot.bytes == TransferCounters.Count(planned: 2 * total, done: 2 * total))
        #expect(fixture.counters.snapshot.items == TransferCounters.Count(planned: 4, done: 4))
        #expect(fixture.counters.snapshot.transfers.isEmpty)
    }

    @Test func aCheckIsCountedByStages() async throws {
        let names = ["rancher/tiny:v1", "busybox:1"]
        try await fixture.save(names)
        let directory = try TemporaryDirectory()
        let loader = fixture.loader(in: directory)
        #expect(try await loader.verifyArchive().images.count == 2)
        let blobs = try DockerArchive(path: fixture.archive).blobs
        let bytes = try blobs.reduce(0) { $0 + (try #require(EngineFixture.samples.content($1)?.count)) }
        var snapshot = fixture.counters.snapshot
        #expect(snapshot.stage == nil)
        #expect(snapshot.stageCount == TransferCounters.Count(planned: Int64(bytes), done: Int64(bytes)))
        _ = try await loader.check(names.map { fixture.push($0) })
        snapshot = fixture.counters.snapshot
        #expect(snapshot.stage == nil)
        #expect(snapshot.stageCount == TransferCounters.Count(planned: 2, done: 2))
    }

    @Test func unpackingForAListIsCounted() async throws {
        try await fixture.save(["rancher/tiny:v1"])
        try fixture.directory.shell("gzip -dc '\(fixture.archive)' | gzip >solid")
        let solid = fixture.directory.path("solid")
        let lister = ArchiveLister(
            [ArchiveLocation(solid)],
            temporaryDirectory: fixture.directory.path,
            counters: fixture.counters
        ) { _ in }
        #expect(try await lister.list().images.count == 1)
        let size = try File(solid, for: .reading).size
        #expect(fixture.counters.snapshot.stageCount == TransferCounters.Count(planned: size, done: size))
    }

    /// Existing, failed and mounted blobs leave no planned bytes at the end.
    @Test func allPlannedBytesAreFinishedAtTheEnd() async throws {
        let names = try Self.list()
        try await fixture.save(names)
        let saved = fixture.counters.snapshot
        #expect(saved.bytes.done == saved.bytes.planned)
        #expect(saved.moved == saved.bytes.done)
        for refusals in [3, 0, 0] {
            fixture.target.add(FakeFault(.error(403, "DENIED"), method: "PUT", target: "/blobs/", times: refusals))
            let before = fixture.counters.snapshot.bytes.planned
            let outcome = try await fixture.load(names.map { fixture.push($0) })
            #expect(outcome.causes.contains { $0 != nil } == (refusals > 0))
            let snapshot = fixture.counters.snapshot
            #expect(snapshot.bytes.done == snapshot.bytes.planned)
            #expect(snapshot.bytes.planned > before)
            #expect(snapshot.stage == nil && snapshot.transfers.isEmpty)
        }
    }

    @Test func eachBlobIsUploadedOnce() async throws {
        let names = try Self.list()
        try await fixture.save(names)
        _ = try await fixture.load(names.map { fixture.push($0) })
        let sent = requests("PUT", "/blobs/uploads/").flatMap { $0.query("digest") }
        #expect(Set(sent).count == sent.count)
        #expect(sent.count > 15)
        #expect(requests("POST", "mount=").count >= 8, "the layer that all share")
        // If the registry has all blobs, there are only checks and manifests.
        let before = fixture.target.requests.count
        _ = try await fixture.load(names.map { fixture.push($0) })
        let again = fixture.target.requests.dropFirst(before)
        #expect(again.allSatisfy { $0.method == "HEAD" || $0.method == "PUT" && $0.path.contains("/manifests/") })
    }

    @Test func aRefusedMountBecomesAnUpload() async throws {
        fixture.target.switches.mounts = false
        let names = ["rancher/tiny:v1", "busybox:1"]
        try await fixture.save(names)
        let outcome = try await fixture.load(names.map { fixture.push($0) })
        #expect(outcome.causes == [nil, nil])
        #expect(!outcome.layers.joined().contains { $0.contains("mounted") })
        #expect(fixture.target.manifest("busybox", "1") == fixture.source.manifest("busybox", "1"))
    }

    @Test func anImageCanGetAnotherName() async throws {
        try await fixture.save(["busybox:1"])
        let outcome = try await fixture.load([fixture.push("busybox:1", as: "rancher/busybox")])
        #expect(outcome.causes == [nil])
        #expect(fixture.target.manifest("rancher/busybox", "latest") == fixture.source.manifest("busybox", "1"))
        #expect(outcome.pushes.first?.target.tag == "latest")
    }

    @Test func missingImagesAreNamed() async throws {
        try await fixture.save(["busybox:1"])
        let outcome = try await fixture.load([
            fixture.push("rancher/absent:v1"),
            fixture.push("Busybox:1", as: "busybox:1"),
            fixture.push("busybox:1"),
        ])
        let host = fixture.source.authority
        #expect(
            outcome.causes == [
                "\(fixture.archive) has no image called \(host)/rancher/absent:v1",
                "invalid reference format: '\(host)/Busybox:1': repository name (Busybox) must be lowercase",
                nil,
            ]
        )
        #expect(fixture.target.manifest("busybox", "1") != nil)
    }

    @Test func aNameWithADigestIsNoTag() async throws {
        try await fixture.save(["busybox:1"])
        let digest = try #require(fixture.source.manifest("busybox", "1")?.digest)
        let outcome = try await fixture.load([
            fixture.push("busybox:1", as: "busybox@\(digest)"),
            fixture.push("busybox@\(digest)", as: "busybox:2"),
        ])
        #expect(outcome.causes == ["refusing to create a tag with a digest reference", nil])
        #expect(fixture.target.manifest("busybox", "2")?.digest == digest)
    }

    @Test func aFailureFailsOneImage() async throws {
        let names = ["rancher/tiny:v1", "busybox:1"]
        try await fixture.save(names)
        // The upload of the shared layer fails for the first image, so the second image uploads it.
        let fault = FakeFault(.error(403, "DENIED"), method: "POST", target: "/rancher/tiny/", times: .max)
        fixture.target.add(fault)
        let outcome = try await fixture.load(names.map { fixture.push($0) })
        #expect(outcome.causes.map { $0 == nil } == [false, true])
        #expect(outcome.causes[0]?.contains("denied: requested access to the resource is denied") == true)
        #expect(fixture.target.manifest("rancher/tiny", "v1") == nil)
        #expect(fixture.target.manifest("busybox", "1") != nil)
        #expect(outcome.layers.last?.contains("0f912b902302 uploaded") == true)
    }

    @Test func corruptBlobsAreNotUploaded() async throws {
        try await fixture.save(["rancher/tiny:v1", "busybox:1"])
        var bytes = try fixture.directory.bytes("a.tar.gz")
        let digest = try #require(Digest("sha256:42813ff4514d6c8d8b798ac264b4169663e37c1132a2936939596a2cf1009e12"))
        let layer = try #require(EngineFixture.samples.content(digest))
        let start = try #require(bytes.firstRange(of: layer.prefix(4_096))).lowerBound
        bytes[start + 4_000] ^= 1
        try fixture.directory.write(bytes, to: "a.tar.gz")
        let outcome = try await fixture.load(["rancher/tiny:v1", "busybox:1"].map { fixture.push($0) })
        #expect(outcome.causes.map { $0 == nil } == [false, true])
        #expect(outcome.causes[0]?.hasPrefix("the blob \(digest) has the digest sha256:") == true)
        #expect(fixture.target.manifest("rancher/tiny", "v1") == nil)
        #expect(fixture.target.blob("rancher/tiny", digest) == nil)
    }

    @Test(arguments: [1, 3])
    func jobsLimitTheConcurrentUploads(jobs: Int) async throws {
        let names = try Self.list()
        try await fixture.save(names)
        fixture.target.add(FakeFault(.transport(.stall), method: "HEAD", times: .max))
        let task = Task { [fixture] in try await fixture.load(names.map { fixture.push($0) }, jobs: jobs).causes }
        while requests("HEAD", "").count < jobs { try await Task.sleep(for: .milliseconds(2)) }
        // No upload ends; one more would start immediately.
        try await Task.sleep(for: .milliseconds(50))
        #expect(requests("HEAD", "").count == jobs)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func aCancelledLoadEndsAtOnce() async throws {
        let names = try Self.list()
        try await fixture.save(names)
        fixture.target.add(FakeFault(.transport(.stall), method: "PUT", times: .max))
        let task = Task { [fixture] in try await fixture.load(names.map { fixture.push($0) }).causes }
        while requests("PUT", "").isEmpty { try await Task.sleep(for: .milliseconds(2)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func anUnreadableArchiveIsAnError() async throws {
        try fixture.directory.write("no archive", to: "a.tar.gz")
        do {
            _ = try await fixture.load([])
            Issue.record("it was loaded")
        } catch {
            #expect("\(error)".hasPrefix("\(fixture.archive): it is not an archive"), "\(error)")
        }
    }
}
