import Engine
import HTTP
import OCI
import Registry
import TestSupport
import Testing

@testable import RegistryEngine

/// Lists with the bytes of `docker manifest create` and `docker manifest push`.
@Suite(.timeLimit(.minutes(2))) struct ManifestListTests {
    private let fixture: EngineFixture

    init() throws {
        fixture = try EngineFixture()
        // The load script gives the image for Linux a separate name.
        let agent = try #require(fixture.source.manifest("rancher/rancher-agent", "v1"))
        fixture.source.addManifest(
            agent.bytes,
            mediaType: .dockerManifest,
            repository: "rancher/rancher-agent",
            tag: "v1-linux-amd64"
        )
    }

    private func build(_ target: String, _ members: [String]) async throws -> Digest {
        let host = fixture.source.authority
        return try await ManifestListBuilder(client: fixture.client)
            .build(
                try Reference("\(host)/\(target)"),
                of: try members.map { try Reference("\(host)/\($0)") }
            )
            .digest
    }

    @Test(
        arguments: [
            ("rancher-agent.1809+linux", "rancher-agent", ["windows-1809", "linux-amd64"]),
            (
                "rancher-agent.1809+ltsc2022+linux", "rancher-agent",
                ["windows-ltsc2022", "windows-1809", "linux-amd64"]
            ),
            ("wins.1809", "wins", ["windows-1809"]),
        ]
    )
    func listsHaveDockersBytes(file: String, image: String, suffixes: [String]) async throws {
        let digest = try await build("rancher/\(image):list", suffixes.map { "rancher/\(image):v1-\($0)" })
        let list = try #require(fixture.source.manifest("rancher/\(image)", "list"))
        #expect(list.bytes == (try Fixtures.bytes("manifest-lists/\(file).json")))
        #expect(list.mediaType == MediaType.dockerManifestList.rawValue)
        #expect(list.digest == digest.description)
    }

    @Test func aListOfOCIImagesIsAnIndex() async throws {
        _ = try await build("rancher/tiny-oci:list", ["rancher/tiny-oci:v1"])
        #expect(fixture.source.manifest("rancher/tiny-oci", "list")?.mediaType == MediaType.ociIndex.rawValue)
    }

    @Test func allMissingMembersAreNamed() async throws {
        let members = ["rancher/wins:v1-windows-2004", "rancher/wins:v1-windows-1809", "rancher/wins:v1-linux-amd64"]
        do {
            _ = try await build("rancher/wins:list", members)
            Issue.record("a list was made")
        } catch {
            let host = fixture.source.authority
            #expect(
                "\(error)"
                    == "no such manifest: \(host)/rancher/wins:v1-linux-amd64, \(host)/rancher/wins:v1-windows-2004;"
                    + " push the missing images first"
            )
        }
        #expect(fixture.source.manifest("rancher/wins", "list") == nil)
    }

    @Test(
        arguments: [
            ("rancher/multi:v1", "HOST/rancher/multi:v1 is a manifest list"),
            (
                "rancher/charts/demo:1.2.3_up0.1.0",
                "manifest HOST/rancher/charts/demo:1.2.3_up0.1.0 must have an OS and Architecture to be pushed to a registry"
            ),
        ]
    )
    func membersThatCannotBeListed(member: String, sentence: String) async throws {
        do {
            _ = try await build("rancher/wins:list", [member])
            Issue.record("a list was made")
        } catch {
            #expect("\(error)" == sentence.replacing("HOST", with: fixture.source.authority))
        }
    }

    @Test func membersHaveTheOrderOfDockersFiles() throws {
        // Colons become dashes and slashes underscores before the names are compared.
        let names = ["a.b/x/y:v1", "a.b/x0:v1", "a.b/x.c:v1", "a.b/x:v1-linux", "a.b/x:v1", "a.b/x-a:v1"]
        let ordered = ManifestListBuilder.order(try names.map { try Reference($0) }).map(\.familiar)
        #expect(
            ordered == ["a.b/x-a:v1", "a.b/x:v1", "a.b/x:v1-linux", "a.b/x.c:v1", "a.b/x0:v1", "a.b/x/y:v1"]
        )
    }

    @Test func aListWaitsForItsMembers() async throws {
        let names = ["rancher/tiny:v1", "rancher/tiny-oci:v1"]
        try await fixture.save(names)
        let outcome = try await fixture.load([
            fixture.push("rancher/tiny:v1", as: "rancher/x:v1-a"),
            fixture.push("rancher/tiny-oci:v1", as: "rancher/x:v1-b"),
            fixture.list("rancher/x:v1", ["a", "b"]),
        ])
        #expect(outcome.causes == [nil, nil, nil])
        let digest = try #require(fixture.target.manifest("rancher/x", "v1")?.digest)
        guard case .manifestList(let target, let made) = outcome.outcomes.last?.product else {
            Issue.record("no manifest list")
            return
        }
        #expect(target.description == "\(fixture.target.authority)/rancher/x:v1")
        #expect(made.description == digest)
    }

    @Test func aWrongHeaderOfAMemberIsReported() async throws {
        try await fixture.save(["rancher/tiny:v1"])
        fixture.target.switches.announcesWrongDigests = true
        let outcome = try await fixture.load([
            fixture.push("rancher/tiny:v1", as: "rancher/x:v1-a"), fixture.list("rancher/x:v1", ["a"]),
        ])
        #expect(outcome.causes == [nil, nil])
        #expect(outcome.notices.count == 1)
        #expect(outcome.notices.first?.hasPrefix("\(fixture.target.authority)/rancher/x:v1-a: ") == true)
    }

    @Test func aListOfFailedMembersFails() async throws {
        try await fixture.save(["rancher/tiny:v1"])
        fixture.target.add(FakeFault(.error(403, "DENIED"), method: "POST", times: .max))
        let outcome = try await fixture.load([
            fixture.push("rancher/tiny:v1", as: "rancher/x:v1-a"),
            fixture.list("rancher/x:v1", ["a"]),
        ])
        #expect(outcome.causes[1]?.hasPrefix("no such manifest: ") == true)
    }
}
