import Engine
import HTTP
import ImageArchive
import OCI
import Registry
import RegistryEngine
import SampleImages
import TestSupport
import Testing

/// Loads of referrers from an archive into a registry.
@Suite(.timeLimit(.minutes(1))) struct ReferrerLoadingTests {
    private let fixture: EngineFixture
    private let busybox: String
    private let tag: String

    init() throws {
        fixture = try EngineFixture()
        fixture.source.switches.referrersPerPage = 10
        busybox = try #require(fixture.source.manifest("busybox", "1")?.digest)
        tag = busybox.replacing(":", with: "-")
    }

    private func save(_ names: [String]) async throws {
        try await fixture.save(names, with: RegistrySaver(fixture.setup(includesReferrers: true)))
    }

    /// Returns the referrers list in the target.
    private func list(_ repository: String, _ tag: String) throws -> [Descriptor] {
        let manifest = try #require(fixture.target.manifest(repository, tag))
        guard case .index(let entries) = try Manifest(bytes: manifest.bytes).content else { return [] }
        return entries
    }

    private var puts: [String] {
        fixture.target.requests.filter { $0.method == "PUT" && $0.path.contains("/manifests/") }
            .map { String($0.path.split(separator: "/").last ?? "") }
    }

    @Test(arguments: [true, false]) func referrersFollowTheirSubject(targetHasAPI: Bool) async throws {
        fixture.target.switches.referrersPerPage = targetHasAPI ? 10 : nil
        let signature = fixture.source.sign(busybox, repository: "busybox")
        let bill = fixture.source.attach("packages", to: busybox, repository: "busybox")
        let ofBill = fixture.source.sign(bill.description, repository: "busybox")
        try await save(["busybox:1"])
        let loaded = try await fixture.load([fixture.push("busybox:1", as: "mirror/busybox:2")])
        #expect(loaded.causes == [nil])
        #expect(loaded.notices.isEmpty)
        #expect(loaded.pushes.map(\.referrers) == [3])
        let billTag = "\(bill.description.replacing(":", with: "-")).sig"
        for (name, digest) in [("\(tag).sig", signature), (bill.description, bill), (billTag, ofBill)] {
            let there = fixture.source.manifest("busybox", digest.description)
            let here = fixture.target.manifest("mirror/busybox", name)
            #expect(here == there, "\(name)")
            guard case .image(let configuration, let layers) = try Manifest(bytes: try #require(here).bytes).content
            else {
                continue
            }
            for blob in [configuration] + layers { #expect(fixture.target.blob("mirror/busybox", blob.digest) != nil) }
        }
        #expect(puts.first == "2")
        #expect(puts.firstIndex(of: bill.description) ?? .max < puts.firstIndex(of: billTag) ?? 0)
        if targetHasAPI {
            #expect(fixture.target.manifest("mirror/busybox", tag) == nil)
        } else {
            let entries = try list("mirror/busybox", tag)
            #expect(entries.map(\.digest) == [bill])
            #expect(entries.first?.artifactType == "application/spdx+json")
            #expect(entries.first?.annotations == ["made": "up"])
            // Cosign's tags need no list.
            #expect(fixture.target.manifest("mirror/busybox", bill.referrersTag) == nil)
        }
        #expect(loaded.layers == [loaded.layers[0]])
        #expect(loaded.layers[0].count == 2, "the lines of docker tell of the image's layers alone")
    }

    @Test func anExistingListIsExtended() async throws {
        let other = fixture.target.attach("of somebody else", to: busybox, repository: "busybox")
        fixture.target.list([other], of: busybox, repository: "busybox")
        let bills = ["a", "b"].map { fixture.source.attach($0, to: busybox, repository: "busybox") }
        try await save(["busybox:1"])
        for _ in 1...2 {
            let loaded = try await fixture.load([fixture.push("busybox:1")])
            #expect(loaded.notices.isEmpty)
            let entries = try list("busybox", tag).map(\.digest)
            #expect(entries.first == other)
            #expect(Set(entries) == Set([other] + bills))
            #expect(entries.count == 3)
        }
    }

    /// Two names of one image update one list at the same time.
    @Test func updatesOfAListAreSerialized() async throws {
        let bill = fixture.source.attach("packages", to: busybox, repository: "busybox")
        let names = (1...8).map { "mirror/busybox:\($0)" }
        let subject = try #require(fixture.source.manifest("busybox", "1"))
        var digests = [bill]
        for number in 1...8 {
            let repository = "copy\(number)"
            let mediaType = MediaType(rawValue: subject.mediaType)
            fixture.source.addManifest(subject.bytes, mediaType: mediaType, repository: repository, tag: "1")
            guard case .image(let configuration, let layers) = try Manifest(bytes: subject.bytes).content else {
                continue
            }
            for blob in [configuration] + layers {
                fixture.source.addBlob(try #require(EngineFixture.samples.content(blob.digest)), repository: repository)
            }
            digests.append(fixture.source.attach("packages \(number)", to: busybox, repository: repository))
        }
        let sources = (1...8).map { "copy\($0):1" }
        try await save(["busybox:1"] + sources)
        let steps =
            zip(sources, names).map { fixture.push($0, as: $1) } + [fixture.push("busybox:1", as: "mirror/busybox:0")]
        // Reading is slow enough for others to read the same list.
        let slow = FakeFault(.transport(.dripBody(milliseconds: 1)), method: "GET", target: "/\(tag)", times: 4)
        fixture.target.add(slow)
        let loaded = try await fixture.load(steps, jobs: 8)
        #expect(loaded.causes.allSatisfy { $0 == nil })
        #expect(Set(try list("mirror/busybox", tag).map(\.digest)) == Set(digests))
    }

    @Test func aRefusedReferrerIsANotice() async throws {
        fixture.source.sign(busybox, repository: "busybox")
        fixture.source.sign(busybox, repository: "busybox", suffix: "att")
        try await save(["busybox:1"])
        fixture.target.add(FakeFault(.error(403, "DENIED"), method: "PUT", target: ".sig", times: .max))
        let loaded = try await fixture.load([fixture.push("busybox:1")])
        #expect(loaded.causes == [nil])
        #expect(loaded.pushes.map(\.referrers) == [1])
        #expect(loaded.outcomes[0].notices.map(\.kind) == [.referrerLeftOut])
        #expect(
            loaded.notices[0]
                .hasPrefix(
                    "\(fixture.target.authority)/busybox:1: a signature or attestation is left out: \(fixture.target.authority) answered 403"
                )
        )
        #expect(fixture.target.manifest("busybox", "\(tag).att") != nil)
    }

    @Test func aTagThatIsNoListIsNotChanged() async throws {
        let bill = fixture.source.attach("packages", to: busybox, repository: "busybox")
        try await save(["busybox:1"])
        let there = SyntheticReferrer("no list")
        fixture.target.add(there, repository: "busybox", tag: tag)
        let loaded = try await fixture.load([fixture.push("busybox:1")])
        #expect(loaded.notices.first?.contains("/busybox:\(tag) is no list, so \(bill) is not listed there") == true)
        #expect(fixture.target.manifest("busybox", tag)?.bytes == there.manifest)
    }

    /// The signatures of both images have the same configuration, which the second signature mounts from the first repository.
    @Test func referrersOfAFailedImageDoNotBlockOthers() async throws {
        let tiny = try #require(fixture.source.manifest("rancher/tiny", "v1")?.digest)
        fixture.source.sign(tiny, repository: "rancher/tiny")
        fixture.source.sign(busybox, repository: "busybox")
        try await save(["rancher/tiny:v1", "busybox:1"])
        fixture.target.add(FakeFault(.error(403, "DENIED"), method: "POST", target: "/rancher/tiny/", times: .max))
        let loaded = try await fixture.load(["rancher/tiny:v1", "busybox:1"].map { fixture.push($0) })
        #expect(loaded.causes.map { $0 == nil } == [false, true])
        #expect(loaded.pushes.map(\.referrers) == [0, 1])
        #expect(fixture.target.manifest("busybox", "\(tag).sig") != nil)
    }

    @Test func aCorruptReferrerIsANotice() async throws {
        fixture.source.sign(busybox, repository: "busybox")
        try await save(["busybox:1"])
        var bytes = try fixture.directory.bytes("a.tar.gz")
        let start = try #require(bytes.firstRange(of: Array("sig of sha256".utf8))).lowerBound
        bytes[start] ^= 1
        try fixture.directory.write(bytes, to: "a.tar.gz")
        let loaded = try await fixture.load([fixture.push("busybox:1")])
        #expect(loaded.causes == [nil])
        #expect(loaded.pushes.map(\.referrers) == [0])
        #expect(loaded.notices.count == 1)
        #expect(fixture.target.manifest("busybox", "\(tag).sig") == nil)
    }

    /// The image of an incomplete list gets the name; referrers of the list are pushed too, for a later push of the list.
    @Test func referrersOfAnIncompleteListArrive() async throws {
        let repository = "rancher/multi-oci"
        let index = try #require(fixture.source.manifest(repository, "v1")?.digest)
        fixture.source.sign(index, repository: repository)
        try await save(["rancher/multi-oci:v1"])
        let loaded = try await fixture.load([fixture.push("rancher/multi-oci:v1")])
        #expect(loaded.pushes.map(\.referrers) == [1])
        #expect(fixture.target.manifest(repository, "\(index.replacing(":", with: "-")).sig") != nil)
    }
}
