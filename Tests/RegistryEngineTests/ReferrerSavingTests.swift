import Engine
import HTTP
import ImageArchive
import OCI
import Registry
import RegistryEngine
import TestSupport
import Testing

/// Referrers of images are saved into the archive.
@Suite(.timeLimit(.minutes(2))) struct ReferrerSavingTests {
    private let fixture: EngineFixture
    private let busybox: String

    init() throws {
        fixture = try EngineFixture()
        busybox = try #require(fixture.source.manifest("busybox", "1")?.digest)
    }

    /// Saves names with their referrers.
    private func save(_ names: [String], _ choice: PlatformChoice = .platforms([.linuxAMD64])) async throws
        -> [PullOutcome]
    {
        let events = PullEvents(prefix: "")
        let saver = RegistrySaver(try fixture.setup(choice, includesReferrers: true))
        try await saver.pull(names.map(fixture.request), onEvent: events.take)
        try await saver.save(events.pulled)
        return events.outcomes
    }

    /// The digest, the tag and the subject of each referrer in the archive.
    private func referrers() throws -> [String: String] {
        let archive = try DockerArchive(path: fixture.archive)
        return Dictionary(
            archive.referrers.map { ("\($0.manifest.digest) \($0.tag ?? "-")", $0.subject.description) }
        ) { $1 }
    }

    @Test func referrersAreInTheArchive() async throws {
        fixture.source.switches.referrersPerPage = 100
        let signature = fixture.source.sign(busybox, repository: "busybox")
        let attestation = fixture.source.sign(busybox, repository: "busybox", suffix: "att")
        let bill = fixture.source.attach("packages", to: busybox, repository: "busybox")
        let ofBill = fixture.source.sign(bill.description, repository: "busybox")
        let outcomes = try await save(["busybox:1", "rancher/tiny:v1"])
        #expect(outcomes.map(\.referrers) == [4, 0])
        #expect(outcomes.flatMap(\.notices).isEmpty)
        let tag = busybox.replacing(":", with: "-")
        #expect(
            try referrers() == [
                "\(signature) \(tag).sig": busybox, "\(attestation) \(tag).att": busybox, "\(bill) -": busybox,
                "\(ofBill) \(bill.description.replacing(":", with: "-")).sig": bill.description,
            ]
        )
        let archive = try DockerArchive(path: fixture.archive)
        #expect(archive.images.count == 2)
        for referrer in archive.referrers {
            #expect(referrer.repository?.description == "\(fixture.source.authority)/busybox")
            guard case .image(let configuration, let layers)? = try archive.manifest(referrer.manifest)?.content else {
                Issue.record("\(referrer.manifest.digest) is not there")
                continue
            }
            for blob in [configuration] + layers { #expect(archive.blob(blob.digest)?.size == blob.size) }
        }
    }

    @Test func manifestJSONAndTheOrderOfEntriesAreUnchanged() async throws {
        fixture.source.sign(busybox, repository: "busybox")
        try await fixture.save(["busybox:1"])
        try fixture.directory.shell("mkdir plain && tar xzf a.tar.gz -C plain")
        _ = try await save(["busybox:1"])
        try fixture.directory.shell(
            "mkdir signed && tar xzf a.tar.gz -C signed && cmp plain/manifest.json signed/manifest.json"
        )
        let names = try fixture.directory.shell("tar tzf a.tar.gz")
        let entries = String(decoding: names, as: UTF8.self).split(separator: "\n")
        #expect(entries.suffix(3) == ["index.json", "manifest.json", "oci-layout"])
        #expect(entries.dropLast(3).sorted() == Array(entries.dropLast(3)))
        let index = try fixture.directory.text("signed/index.json")
        let first = try fixture.directory.text("plain/index.json").dropLast(2)
        #expect(index.hasPrefix(first + ","))
        let name = "\(fixture.source.authority)/busybox:\(busybox.replacing(":", with: "-")).sig"
        #expect(
            index.dropFirst(first.count)
                .contains(
                    #""io.containerd.image.name":"\#(name)","io.containerd.manifest.subject":"\#(busybox)","org.opencontainers.image.ref.name":"\#(busybox.replacing(":", with: "-")).sig"}"#
                )
        )
    }

    @Test func referrersAreNotRequestedWithoutTheFlag() async throws {
        try await fixture.save(["busybox:1"])
        let before = try fixture.directory.bytes("a.tar.gz")
        fixture.source.sign(busybox, repository: "busybox")
        try await fixture.save(["busybox:1"])
        #expect(try fixture.directory.bytes("a.tar.gz") == before)
        #expect(!fixture.source.requests.contains { $0.path.contains("sha256-") || $0.path.contains("/referrers/") })
    }

    /// Registries without the API have the list under the referrers tag, if a client has created it.
    @Test func theListUnderATagCountsWhereThereIsNoAPI() async throws {
        let bill = fixture.source.attach("packages", to: busybox, repository: "busybox")
        let other = fixture.source.attach("scan", to: busybox, repository: "busybox")
        fixture.source.list([bill], of: busybox, repository: "busybox")
        _ = try await save(["busybox:1"])
        #expect(try referrers() == ["\(bill) -": busybox])
        fixture.source.switches.referrersPerPage = 1
        _ = try await save(["busybox:1"])
        #expect(try referrers() == ["\(bill) -": busybox, "\(other) -": busybox])
    }

    @Test func indexesAndTheirImagesHaveTheirOwn() async throws {
        let repository = "rancher/multi-oci"
        let index = try #require(fixture.source.manifest(repository, "v1"))
        guard case .index(let entries) = try Manifest(bytes: index.bytes).content else {
            Issue.record("no index")
            return
        }
        let ofIndex = fixture.source.sign(index.digest, repository: repository)
        let signatures = entries.map { fixture.source.sign($0.digest.description, repository: repository) }
        _ = try await save(["rancher/multi-oci:v1"])
        let amd64 = try #require(entries.firstIndex { $0.platform == .linuxAMD64 })
        #expect(
            Set(try referrers().keys.map { $0.prefix(71) })
                == Set([ofIndex, signatures[amd64]].map { Substring($0.description) })
        )
        let outcomes = try await save(["rancher/multi-oci:v1"], .all)
        #expect(outcomes.map(\.referrers) == [1 + entries.count])
    }

    @Test func aTagOfAnIncompleteIndexIsReported() async throws {
        let missing = ContentHash.digest(of: [1])
        let entry = #"{"mediaType":"\#(MediaType.ociManifest)","digest":"\#(missing)","size":1}"#
        let json = #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[\#(entry)]}"#
        let tag = busybox.replacing(":", with: "-") + ".sig"
        fixture.source.addManifest(Array(json.utf8), mediaType: .ociIndex, repository: "busybox", tag: tag)
        let outcomes = try await save(["busybox:1"])
        #expect(outcomes.map(\.referrers) == [0])
        let notices = outcomes.flatMap(\.notices).map(\.description)
        #expect(notices.count == 1 && notices[0].contains("\(missing)"), "\(notices)")
    }

    @Test func aReferrerThatIsAnIndexIsComplete() async throws {
        fixture.source.switches.referrersPerPage = 100
        let parts = ["a", "b"].map { fixture.source.add(SyntheticReferrer($0), repository: "busybox") }
        let entries = parts.compactMap { fixture.source.manifest("busybox", $0.description) }
            .map { SyntheticImage.descriptor(of: $0.bytes, $0.mediaType) }
        let subject = #"{"mediaType":"\#(MediaType.ociManifest)","digest":"\#(busybox)","size":1}"#
        let json =
            #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[\#(entries.joined(separator: ","))],"subject":\#(subject)}"#
        fixture.source.addManifest(Array(json.utf8), mediaType: .ociIndex, repository: "busybox")
        let outcomes = try await save(["busybox:1"])
        #expect(outcomes.map(\.referrers) == [1])
        let loaded = try await fixture.load([fixture.push("busybox:1")])
        #expect(loaded.pushes.map(\.referrers) == [1])
        for part in parts { #expect(fixture.target.manifest("busybox", part.description) != nil) }
    }

    @Test func chainsEndAtTheFourth() async throws {
        fixture.source.switches.referrersPerPage = 100
        var chain = [busybox]
        for number in 1...6 {
            chain.append(fixture.source.attach("\(number)", to: chain[number - 1], repository: "busybox").description)
        }
        _ = try await save(["busybox:1"])
        #expect(Set(try referrers().keys) == Set(chain[1...4].map { "\($0) -" }))
    }

    @Test func noMoreThanAThousandAreTaken() async throws {
        fixture.source.switches.referrersPerPage = 300
        for number in 1...1_003 { fixture.source.attach("\(number)", to: busybox, repository: "busybox") }
        let outcomes = try await save(["busybox:1"])
        #expect(outcomes.map(\.referrers) == [1_000])
        #expect(
            outcomes[0].notices.map(\.description) == [
                "\(fixture.source.authority)/busybox:1: a signature or attestation is left out: more refers to it than 1000 manifests"
                    + " or 16 MiB of them; the others are left out"
            ]
        )
    }

    /// Every user who may push to a repository may list manifests that do not exist.
    @Test(arguments: [nil, 100])
    func aListOfMissingReferrersTakesFewRequests(perPage: Int?) async throws {
        fixture.source.switches.referrersPerPage = perPage
        let entries = (0..<5_000)
            .map { number in
                let digest = ContentHash.digest(of: Array("\(number)".utf8))
                return #"{"mediaType":"\#(MediaType.ociManifest)","digest":"\#(digest)","size":1}"#
            }
        let list =
            #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[\#(entries.joined(separator: ","))]}"#
        if perPage == nil {
            let tag = busybox.replacing(":", with: "-")
            fixture.source.addManifest(Array(list.utf8), mediaType: .ociIndex, repository: "busybox", tag: tag)
        } else {
            let answer = LoopbackResponse(headers: ["Content-Type": MediaType.ociIndex.rawValue], text: list)
            fixture.source.add(FakeFault(.answer(answer), target: "/referrers/", times: .max))
        }
        let outcomes = try await save(["busybox:1"])
        #expect(outcomes.map(\.referrers) == [0])
        let notices = outcomes[0].notices.map(\.description)
        #expect(notices.count == 1)
        #expect(notices.first?.contains("16 manifests that are listed as referring to it cannot be read") == true)
        #expect(fixture.source.requests.count < 60)
    }

    // MARK: Missing referrers

    @Test func aReferrerWithoutItsBlobIsOmittedAndReported() async throws {
        let signature = fixture.source.sign(busybox, repository: "busybox")
        let attestation = fixture.source.sign(busybox, repository: "busybox", suffix: "att")
        let payload = ContentHash.digest(of: Array("sig of \(busybox)".utf8))
        fixture.source.add(
            FakeFault(.error(404, "BLOB_UNKNOWN"), method: "GET", target: payload.description, times: .max)
        )
        let outcomes = try await save(["busybox:1", "rancher/tiny:v1"])
        #expect(outcomes.map(\.result) == [.pulled, .pulled])
        #expect(outcomes.map(\.referrers) == [1, 0])
        let notice = try #require(outcomes[0].notices.first)
        #expect(outcomes.flatMap(\.notices).count == 1)
        #expect(notice.kind == .referrerLeftOut)
        #expect(
            notice.description.hasPrefix(
                "\(fixture.source.authority)/busybox:1: a signature or attestation is left out: \(fixture.source.authority) answered 404"
            )
        )
        #expect(try referrers().keys.map { $0.prefix(71) } == [Substring(attestation.description)])
        let archive = try DockerArchive(path: fixture.archive)
        #expect(archive.blob(signature) == nil)
        #expect(archive.blob(payload) == nil)
        try fixture.directory.shell("gzip -t a.tar.gz && tar tzf a.tar.gz >/dev/null")
    }

    @Test func anUnreadableListIsReported() async throws {
        fixture.source.switches.referrersPerPage = 1
        fixture.source.sign(busybox, repository: "busybox")
        let answer = LoopbackResponse(headers: ["Content-Type": MediaType.ociIndex.rawValue], text: "[")
        fixture.source.add(FakeFault(.answer(answer), target: "/referrers/\(busybox)"))
        let outcomes = try await save(["busybox:1"])
        #expect(outcomes.map(\.result) == [.pulled])
        #expect(outcomes.map(\.referrers) == [1])
        #expect(outcomes[0].notices.count == 1)
        #expect(outcomes[0].notices[0].description.contains("sent no list of referrers"))
    }

    @Test func manifestsWithoutTheSubjectAreNotSaved() async throws {
        let other = fixture.source.attach(
            "packages",
            to: "sha256:\(String(repeating: "0", count: 64))",
            repository: "busybox"
        )
        fixture.source.list([other], of: busybox, repository: "busybox")
        let outcomes = try await save(["busybox:1"])
        #expect(outcomes.map(\.referrers) == [0])
        #expect(outcomes[0].notices.map(\.description).first?.hasSuffix("but does not refer to it") == true)
        #expect(try referrers().isEmpty)
    }

    /// Otherwise, a user who may push a referrer could keep an image out of the archive.
    @Test func aReferrerWithAWrongBlobSizeFailsAlone() async throws {
        let manifest = try #require(fixture.source.manifest("busybox", "1"))
        guard case .image(_, let layers) = try Manifest(bytes: manifest.bytes).content else {
            Issue.record("no image")
            return
        }
        let lie = #"{"mediaType":"x/y","digest":"\#(layers[0].digest)","size":\#(layers[0].size + 1)}"#
        let json = #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociManifest)","config":\#(lie),"layers":[]}"#
        let tag = "\(busybox.replacing(":", with: "-")).sig"
        fixture.source.addManifest(Array(json.utf8), mediaType: .ociManifest, repository: "busybox", tag: tag)
        let outcomes = try await save(["busybox:1"])
        #expect(outcomes.map(\.result) == [.pulled])
        #expect(outcomes.map(\.referrers) == [0])
        #expect(outcomes[0].notices.map(\.description).first?.contains("which has another size") == true)
        #expect(try referrers().isEmpty)
    }

    /// A blob that is a manifest of the archive too would never be fetched.
    @Test func aReferrerWithAManifestAsBlobIsOmitted() async throws {
        let manifest = try #require(fixture.source.manifest("busybox", "1"))
        let text = String(decoding: manifest.bytes, as: UTF8.self)
        let tag = "\(busybox.replacing(":", with: "-")).sig"
        fixture.source.add(SyntheticReferrer(text), repository: "busybox", tag: tag)
        let outcomes = try await save(["busybox:1", "rancher/tiny:v1"])
        #expect(outcomes.map(\.result) == [.pulled, .pulled])
        #expect(
            outcomes[0].notices.map(\.description).first?.hasSuffix("is a manifest, and a blob of another one") == true
        )
    }
}
