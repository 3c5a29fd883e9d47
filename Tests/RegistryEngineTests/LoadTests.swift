import HTTP
import ImageEngine
import ImageModel
import Registry
import SampleImages
import TestSupport
import Testing

/// From an archive into a registry.
@Suite struct LoadTests {
    private let fixture: EngineFixture

    init() throws {
        fixture = try EngineFixture()
    }

    private func requests(_ method: String, _ part: String) -> [LoopbackRequest] {
        fixture.target.requests.filter { $0.method == method && $0.target.contains(part) }
    }

    /// Those samples that a registry takes without more ado: no foreign layers, which need their publisher's URLs.
    private static func list() throws -> [String] {
        try EngineFixture.list().filter { !$0.contains("windows") }
    }

    @Test func manifestsArriveToTheByte() async throws {
        let names = try Self.list()
        try await fixture.save(names)
        let outcome = try await fixture.load(EngineFixture.pushes(names))
        #expect(outcome.causes == names.map { _ in nil })
        for name in names {
            let parts = name.split(separator: ":").map(String.init)
            let there = try #require(fixture.source.manifest(parts[0], parts[1]))
            let here = try #require(fixture.target.manifest(parts[0], parts[1]))
            // Of an index the archive has one image, which then has the name.
            if there.mediaType.contains("list") || there.mediaType.contains("index") {
                #expect(here.bytes == fixture.source.manifest(parts[0], here.digest)?.bytes)
            } else {
                #expect(here == there)
            }
        }
    }

    @Test func theOutputIsDockers() async throws {
        let names = ["rancher/tiny:v1", "busybox:1", "rancher/tiny:v1-again"]
        try await fixture.save(names)
        let first = try await fixture.load(EngineFixture.pushes(names))
        #expect(
            first.lines == [
                "The push refers to repository [T/rancher/tiny]",
                "0f912b902302: Pushed",
                "42813ff4514d: Pushed",
                "v1: digest: sha256:9d147502bca8eac69ec061744c3618b5f7dfc410ca18ccbe9829f809694be360 size: 734",
                "The push refers to repository [T/busybox]",
                "0f912b902302: Mounted from rancher/tiny",
                "87656ccf067f: Pushed",
                "1: digest: sha256:8ec40aa31b62b80ede0099bec6d31c07aca19ef042b4ef94ce3defd0c1999ddd size: 733",
                "The push refers to repository [T/rancher/tiny]",
                "0f912b902302: Layer already exists",
                "42813ff4514d: Layer already exists",
                "v1-again: digest: sha256:9d147502bca8eac69ec061744c3618b5f7dfc410ca18ccbe9829f809694be360 size: 734",
            ]
        )
        let second = try await fixture.load(EngineFixture.pushes(names))
        #expect(
            second.lines
                == first.lines.map { line in
                    for ending in ["Pushed", "Mounted from rancher/tiny"] where line.hasSuffix(ending) {
                        return line.dropLast(ending.count) + "Layer already exists"
                    }
                    return line
                }
        )
    }

    @Test func eachBlobIsSentOnce() async throws {
        let names = try Self.list()
        try await fixture.save(names)
        _ = try await fixture.load(EngineFixture.pushes(names))
        let sent = requests("PUT", "/blobs/uploads/").flatMap { $0.query("digest") }
        #expect(Set(sent).count == sent.count)
        #expect(sent.count > 15)
        #expect(requests("POST", "mount=").count >= 8, "the layer that all share")
        // Once all is there, nothing is sent but the questions and the manifests.
        let before = fixture.target.requests.count
        _ = try await fixture.load(EngineFixture.pushes(names))
        let again = fixture.target.requests.dropFirst(before)
        #expect(again.allSatisfy { $0.method == "HEAD" || $0.method == "PUT" && $0.path.contains("/manifests/") })
    }

    @Test func aMountThatIsRefusedIsAnUpload() async throws {
        fixture.target.switches.mounts = false
        let names = ["rancher/tiny:v1", "busybox:1"]
        try await fixture.save(names)
        let outcome = try await fixture.load(EngineFixture.pushes(names))
        #expect(outcome.causes == [nil, nil])
        #expect(outcome.lines.contains { $0.contains("Mounted") } == false)
        #expect(fixture.target.manifest("busybox", "1") == fixture.source.manifest("busybox", "1"))
    }

    @Test func anotherNameIsAnotherName() async throws {
        try await fixture.save(["busybox:1"])
        let outcome = try await fixture.load([.push(source: "S/busybox:1", target: "T/rancher/busybox")])
        #expect(outcome.causes == [nil])
        #expect(fixture.target.manifest("rancher/busybox", "latest") == fixture.source.manifest("busybox", "1"))
        #expect(outcome.lines.last?.hasPrefix("latest: digest: sha256:8ec40aa3") == true)
    }

    @Test func whatTheArchiveLacksIsToldByName() async throws {
        try await fixture.save(["busybox:1"])
        let outcome = try await fixture.load([
            .push(source: "S/rancher/absent:v1", target: "T/rancher/absent:v1"),
            .push(source: "S/Busybox:1", target: "T/busybox:1"),
            .push(source: "S/busybox:1", target: "T/busybox:1"),
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
            .push(source: "S/busybox:1", target: "T/busybox@\(digest)"),
            .push(source: "S/busybox@\(digest)", target: "T/busybox:2"),
        ])
        #expect(outcome.causes == ["refusing to create a tag with a digest reference", nil])
        #expect(fixture.target.manifest("busybox", "2")?.digest == digest)
    }

    @Test func aFailureStaysItsOwn() async throws {
        let names = ["rancher/tiny:v1", "busybox:1"]
        try await fixture.save(names)
        // The shared layer cannot be sent for the first image; the second one must send it itself then.
        let fault = StandInFault(.error(403, "DENIED"), method: "POST", target: "/rancher/tiny/", times: .max)
        fixture.target.add(fault)
        let outcome = try await fixture.load(EngineFixture.pushes(names))
        #expect(outcome.causes.map { $0 == nil } == [false, true])
        #expect(outcome.causes[0]?.contains("denied: requested access to the resource is denied") == true)
        #expect(fixture.target.manifest("rancher/tiny", "v1") == nil)
        #expect(fixture.target.manifest("busybox", "1") != nil)
        #expect(outcome.lines.contains("0f912b902302: Pushed"))
    }

    @Test func damageInTheArchiveStaysThere() async throws {
        try await fixture.save(["rancher/tiny:v1", "busybox:1"])
        var bytes = try fixture.folder.bytes("a.tar.gz")
        let digest = try #require(Digest("sha256:42813ff4514d6c8d8b798ac264b4169663e37c1132a2936939596a2cf1009e12"))
        let layer = try #require(EngineFixture.samples.content(digest))
        let start = try #require(bytes.firstRange(of: layer.prefix(4_096))).lowerBound
        bytes[start + 4_000] ^= 1
        try fixture.folder.write(bytes, to: "a.tar.gz")
        let outcome = try await fixture.load(EngineFixture.pushes(["rancher/tiny:v1", "busybox:1"]))
        #expect(outcome.causes.map { $0 == nil } == [false, true])
        #expect(outcome.causes[0]?.hasPrefix("the blob \(digest) has the digest sha256:") == true)
        #expect(fixture.target.manifest("rancher/tiny", "v1") == nil)
        #expect(fixture.target.blob("rancher/tiny", digest) == nil)
    }

    @Test(arguments: [1, 3])
    func asManyBlobsAreUnderWayAsJobsAllow(jobs: Int) async throws {
        let names = try Self.list()
        try await fixture.save(names)
        fixture.target.add(StandInFault(.transport(.stall), method: "HEAD", times: .max))
        let task = Task { [fixture] in try await fixture.load(EngineFixture.pushes(names), jobs: jobs).causes }
        while requests("HEAD", "").count < jobs { try await Task.sleep(for: .milliseconds(2)) }
        // None of them ends. One more would come at once.
        try await Task.sleep(for: .milliseconds(50))
        #expect(requests("HEAD", "").count == jobs)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func aCancelledLoadEndsAtOnce() async throws {
        let names = try Self.list()
        try await fixture.save(names)
        fixture.target.add(StandInFault(.transport(.stall), method: "PUT", times: .max))
        let task = Task { [fixture] in try await fixture.load(EngineFixture.pushes(names)).causes }
        while requests("PUT", "").isEmpty { try await Task.sleep(for: .milliseconds(2)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func anArchiveThatCannotBeReadIsTold() async throws {
        try fixture.folder.write("no archive", to: "a.tar.gz")
        do {
            _ = try await fixture.load([])
            Issue.record("it was loaded")
        } catch {
            #expect("\(error)".hasPrefix("\(fixture.archive): it is not an archive"), "\(error)")
        }
    }
}
