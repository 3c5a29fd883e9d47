import HTTP
import Hashing
import ImageModel
import Registry
import TestSupport
import Testing

/// Manifests, fetched and put to the byte.
@Suite struct ManifestTransferTests {
    private let fixture: RegistryFixture

    init() throws {
        fixture = try RegistryFixture()
    }

    @Test func aTagAndItsDigestLeadToTheSame() async throws {
        let (digest, manifest) = try await fixture.client.manifest(.tag("v1"), in: fixture.repository)
        #expect(digest == fixture.manifestDigest)
        #expect(manifest.mediaType == .dockerManifest)
        #expect(manifest.bytes == fixture.registry.manifest("rancher/x", "v1")?.bytes)
        let again = try await fixture.client.manifest(.digest(digest), in: fixture.repository)
        #expect(again.manifest.bytes == manifest.bytes)
        #expect(fixture.log == ["GET /v2/rancher/x/manifests/v1", "GET /v2/rancher/x/manifests/\(digest)"])
    }

    @Test func allKindsAreAccepted() async throws {
        _ = try await fixture.client.manifest(.tag("v1"), in: fixture.repository)
        let accepted = fixture.requests("GET", "manifests").first?.headers["Accept"]
        #expect(
            accepted
                == "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json,"
                + " application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"
        )
    }

    @Test func theRegistryIsPingedOnce() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { _ = try await fixture.client.manifest(.tag("v1"), in: fixture.repository) }
            }
            try await group.waitForAll()
        }
        #expect(fixture.requests("GET", "").filter { $0.path == "/v2/" }.count == 1)
    }

    @Test func aDigestNeedNotBeAnnounced() async throws {
        fixture.registry.switches.omitsDigests = true
        let (digest, _) = try await fixture.client.manifest(.tag("v1"), in: fixture.repository)
        #expect(digest == fixture.manifestDigest)
    }

    @Test(
        "a status that is no success, and the sentence for it",
        arguments: [
            (404, "MANIFEST_UNKNOWN", RegistryError.Code.notFound, "manifest unknown: manifest unknown"),
            (404, "NAME_UNKNOWN", .notFound, "name unknown: repository name not known to registry"),
            (400, "NAME_UNKNOWN", .notFound, "name unknown: repository name not known to registry"),
            (
                403, "DENIED", .denied,
                "denied: requested access to the resource is denied; it asked for no login, and got none; log in with 'docker login HOST' as a user who may do this"
            ),
            (400, "TAG_INVALID", .refused, "tag invalid: unknown error"),
            (500, "UNKNOWN", .unreachable, "unknown: unknown error"),
        ]
    )
    func refusals(status: Int, code: String, kind: RegistryError.Code, words: String) async throws {
        fixture.registry.add(StandInFault(.error(status, code), target: "manifests", times: .max))
        let error = await registryError { _ = try await fixture.client.manifest(.tag("v1"), in: fixture.repository) }
        let host = fixture.registry.authority
        #expect(error?.code == kind)
        #expect(
            error?.description == "\(host) answered \(status) to the manifest v1 of \(host)/rancher/x: "
                + words.replacing("HOST", with: host)
        )
    }

    @Test(
        "bodies of errors that are not as distribution sends them",
        arguments: [
            ("", "it gave no reason"), ("<html>\r\n\t<b>No\u{7}</b>\u{9b}2J", "<html> <b>No </b> 2J"),
            (#"{"errors":[{"code":"X","detail":{"a":1}}]}"#, "x"),
            (#"{"errors":[{"message":"only words"}]}"#, "only words"),
            (#"{"errors":[]}"#, #"{"errors":[]}"#),
            (String(repeating: "x", count: 100_000), String(repeating: "x", count: 200)),
        ]
    )
    func odd(body: String, words: String) async throws {
        fixture.registry.add(StandInFault(.answer(LoopbackResponse(status: 400, text: body)), target: "manifests"))
        let error = await registryError { _ = try await fixture.client.manifest(.tag("v1"), in: fixture.repository) }
        #expect(error?.description.hasSuffix("/rancher/x: \(words)") == true)
    }

    @Test func anotherManifestThanTheDigestSaysIsRefused() async throws {
        fixture.registry.add(StandInFault(.wrongByte, target: "manifests"))
        let name = ManifestName.digest(fixture.manifestDigest)
        let error = await registryError { _ = try await fixture.client.manifest(name, in: fixture.repository) }
        #expect(error?.code == .damaged)
        #expect(error?.description.contains("the registry's copy is damaged") == true)
    }

    @Test func anotherManifestThanWasAnnouncedIsRefused() async throws {
        fixture.registry.add(StandInFault(.wrongByte, target: "manifests"))
        let error = await registryError { _ = try await fixture.client.manifest(.tag("v1"), in: fixture.repository) }
        #expect(error?.code == .damaged)
        #expect(error?.description.contains("but \(fixture.manifestDigest) was announced") == true)
    }

    @Test(arguments: [true, false])
    func aManifestBeyondTheLimitIsToldAsThat(byDigest: Bool) async throws {
        let bytes = [UInt8](repeating: UInt8(ascii: " "), count: Manifest.sizeLimit + 100)
        let digest = fixture.registry.addManifest(bytes, mediaType: .ociManifest, repository: "rancher/x", tag: "huge")
        await #expect(throws: ManifestError.tooLarge) {
            _ = try await fixture.client.manifest(byDigest ? .digest(digest) : .tag("huge"), in: fixture.repository)
        }
    }

    @Test func aPageThatIsNoManifestIsRefused() async throws {
        let page = LoopbackResponse(headers: ["Content-Type": "text/html"], text: "<html>Please log in</html>")
        fixture.registry.add(StandInFault(.answer(page), target: "manifests"))
        await #expect(throws: ManifestError.notJSON) {
            _ = try await fixture.client.manifest(.tag("v1"), in: fixture.repository)
        }
    }

    @Test func theTypeMayHaveParameters() async throws {
        let json = #"{"config":{"digest":"\#(fixture.blob.digest)","size":1}}"#
        let type = "\(MediaType.dockerManifest) ; charset=utf-8"
        let answer = LoopbackResponse(headers: ["Content-Type": type], text: json)
        fixture.registry.add(StandInFault(.answer(answer), target: "manifests"))
        let (_, manifest) = try await fixture.client.manifest(.tag("v1"), in: fixture.repository)
        #expect(manifest.mediaType == .dockerManifest)
    }

    @Test func aPutManifestIsTheSameToTheByte() async throws {
        let (digest, manifest) = try await fixture.client.manifest(.tag("v1"), in: fixture.repository)
        fixture.registry.switches.omitsDigests = true
        try await fixture.client.put(manifest, as: .tag("v2"), in: fixture.repository)
        try await fixture.client.put(manifest, as: .digest(digest), in: fixture.repository)
        let put = try #require(fixture.registry.manifest("rancher/x", "v2"))
        #expect(put.bytes == manifest.bytes)
        #expect(put.mediaType == "application/vnd.docker.distribution.manifest.v2+json")
    }

    @Test func aManifestWithoutItsBlobsIsRefused() async throws {
        let (_, manifest) = try await fixture.client.manifest(.tag("v1"), in: fixture.repository)
        let elsewhere = Repository(domain: fixture.registry.authority, path: "rancher/y")
        let error = await registryError { try await fixture.client.put(manifest, as: .tag("v1"), in: elsewhere) }
        #expect(error?.code == .refused)
        #expect(error?.description.hasSuffix("manifest blob unknown: blob unknown to registry") == true)
    }
}
