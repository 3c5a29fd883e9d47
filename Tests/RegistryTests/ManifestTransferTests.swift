import FoundationEssentials
import HTTP
import OCI
import Registry
import TestSupport
import Testing

/// Manifests, fetched and pushed byte for byte.
@Suite(.timeLimit(.minutes(5))) struct ManifestTransferTests {
    private let fixture: RegistryFixture

    init() throws {
        fixture = try RegistryFixture()
    }

    @Test func tagAndDigestResolveToTheSameManifest() async throws {
        let manifest = try await fixture.client.manifest(.tag("v1"), in: fixture.repository)
        #expect(manifest.digest == fixture.manifestDigest)
        #expect(manifest.mediaType == .dockerManifest)
        #expect(manifest.bytes == fixture.registry.manifest("rancher/x", "v1")?.bytes)
        let again = try await fixture.client.manifest(.digest(manifest.digest), in: fixture.repository)
        #expect(again.bytes == manifest.bytes)
        #expect(fixture.log == ["GET /v2/rancher/x/manifests/v1", "GET /v2/rancher/x/manifests/\(manifest.digest)"])
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

    @Test func registryIsPingedOnce() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { _ = try await fixture.client.manifest(.tag("v1"), in: fixture.repository) }
            }
            try await group.waitForAll()
        }
        #expect(fixture.requests("GET", "").filter { $0.path == "/v2/" }.count == 1)
    }

    @Test func announcedDigestIsOptional() async throws {
        fixture.registry.switches.omitsDigests = true
        let digest = try await fixture.client.manifest(.tag("v1"), in: fixture.repository).digest
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
                "denied: requested access to the resource is denied; it asked for no login, and got none; log in as a user who may do this: 'docker login HOST', 'podman login HOST', or --username"
            ),
            (400, "TAG_INVALID", .refused, "tag invalid: unknown error"),
            (
                500, "UNKNOWN", .unreachable,
                "unknown: unknown error; try again later, and check the log of the registry"
            ),
        ]
    )
    func refusals(status: Int, code: String, kind: RegistryError.Code, words: String) async throws {
        fixture.registry.add(FakeFault(.error(status, code), target: "manifests", times: .max))
        let client = try fixture.newClient(patience: .milliseconds(100))
        let error = await registryError { _ = try await client.manifest(.tag("v1"), in: fixture.repository) }
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
        fixture.registry.add(FakeFault(.answer(LoopbackResponse(status: 400, text: body)), target: "manifests"))
        let error = await registryError { _ = try await fixture.client.manifest(.tag("v1"), in: fixture.repository) }
        #expect(error?.description.hasSuffix("/rancher/x: \(words)") == true)
    }

    @Test func manifestWithAnotherDigestIsRefused() async throws {
        fixture.registry.add(FakeFault(.wrongByte, target: "manifests", times: 2))
        let name = ManifestName.digest(fixture.manifestDigest)
        let error = await registryError { _ = try await fixture.client.manifest(name, in: fixture.repository) }
        #expect(error?.code == .damaged)
        #expect(error?.description.contains("the registry's copy is damaged") == true)
    }

    @Test func corruptManifestIsFetchedAgain() async throws {
        fixture.registry.add(FakeFault(.wrongByte, target: "manifests"))
        let manifest = try await fixture.client.manifest(.digest(fixture.manifestDigest), in: fixture.repository)
        #expect(manifest.digest == fixture.manifestDigest)
    }

    @Test func wrongHeaderIsReportedAndTheContentUsed() async throws {
        fixture.registry.switches.announcesWrongDigests = true
        var reported: [Digest] = []
        let manifest = try await fixture.client.manifest(.tag("v1"), in: fixture.repository) { reported.append($0) }
        #expect(manifest.digest == fixture.manifestDigest)
        #expect(reported.map(\.description) == ["sha256:" + String(repeating: "0", count: 64)])
        // A manifest fetched by its digest is verified.
        let again = try await fixture.client.manifest(.digest(manifest.digest), in: fixture.repository) {
            reported.append($0)
        }
        #expect(again.bytes == manifest.bytes)
        #expect(reported.count == 1)
    }

    /// Neither the header nor a second response confirms the content.
    @Test func changingContentIsRefused() async throws {
        fixture.registry.switches.announcesWrongDigests = true
        fixture.registry.add(FakeFault(.wrongByte, target: "manifests"))
        var reported: [Digest] = []
        let error = await registryError {
            _ = try await fixture.client.manifest(.tag("v1"), in: fixture.repository) { reported.append($0) }
        }
        #expect(error?.code == .damaged)
        #expect(error?.description.contains("neither is the one that was announced") == true)
        #expect(reported.isEmpty)
    }

    @Test func corruptManifestOfATagIsFetchedAgain() async throws {
        fixture.registry.add(FakeFault(.wrongByte, target: "manifests"))
        var reported: [Digest] = []
        let manifest = try await fixture.client.manifest(.tag("v1"), in: fixture.repository) { reported.append($0) }
        #expect(manifest.digest == fixture.manifestDigest)
        #expect(reported.isEmpty)
    }

    @Test(arguments: [true, false])
    func manifestBeyondTheLimit(byDigest: Bool) async throws {
        let bytes = [UInt8](repeating: UInt8(ascii: " "), count: Manifest.sizeLimit + 100)
        let digest = fixture.registry.addManifest(bytes, mediaType: .ociManifest, repository: "rancher/x", tag: "huge")
        await #expect(throws: ManifestError.tooLarge) {
            _ = try await fixture.client.manifest(byDigest ? .digest(digest) : .tag("huge"), in: fixture.repository)
        }
    }

    @Test func pageIsNotAManifest() async throws {
        let page = LoopbackResponse(headers: ["Content-Type": "text/html"], text: "<html>Please log in</html>")
        fixture.registry.add(FakeFault(.answer(page), target: "manifests"))
        await #expect(throws: ManifestError.notJSON) {
            _ = try await fixture.client.manifest(.tag("v1"), in: fixture.repository)
        }
    }

    @Test func mediaTypeMayHaveParameters() async throws {
        let json = #"{"config":{"digest":"\#(fixture.blob.digest)","size":1}}"#
        let type = "\(MediaType.dockerManifest) ; charset=utf-8"
        let answer = LoopbackResponse(headers: ["Content-Type": type], text: json)
        fixture.registry.add(FakeFault(.answer(answer), target: "manifests"))
        let manifest = try await fixture.client.manifest(.tag("v1"), in: fixture.repository)
        #expect(manifest.mediaType == .dockerManifest)
    }

    @Test func pushedManifestIsUnchanged() async throws {
        let manifest = try await fixture.client.manifest(.tag("v1"), in: fixture.repository)
        fixture.registry.switches.omitsDigests = true
        try await fixture.client.put(manifest, as: .tag("v2"), in: fixture.repository)
        try await fixture.client.put(manifest, as: .digest(manifest.digest), in: fixture.repository)
        let put = try #require(fixture.registry.manifest("rancher/x", "v2"))
        #expect(put.bytes == manifest.bytes)
        #expect(put.mediaType == "application/vnd.docker.distribution.manifest.v2+json")
    }

    @Test(
        "a manifest that a registry may refuse with 500, and what else it may answer",
        arguments: [
            (FakeFault.Kind.error(500), false), (.error(400, "MANIFEST_INVALID"), false), (.error(501), false),
            (.error(502), true), (.error(503), true), (.error(504), true), (.error(429), true),
        ]
    )
    func onlyARefusalIsFinal(fault: FakeFault.Kind, isTriedAgain: Bool) async throws {
        let manifest = try await fixture.client.manifest(.tag("v1"), in: fixture.repository)
        fixture.registry.add(FakeFault(fault, method: "PUT"))
        let error = await registryError {
            try await fixture.client.put(manifest, as: .tag("v2"), in: fixture.repository, mayBeRefusedBy500: true)
        }
        #expect((error == nil) == isTriedAgain)
        #expect(fixture.requests("PUT", "manifests").count == (isTriedAgain ? 2 : 1))
        #expect((fixture.registry.manifest("rancher/x", "v2") != nil) == isTriedAgain)
    }

    @Test(arguments: [LoopbackResponse.Fault.close, .reset])
    func brokenConnectionIsNotARefusal(fault: LoopbackResponse.Fault) async throws {
        let manifest = try await fixture.client.manifest(.tag("v1"), in: fixture.repository)
        // The first failure is that of a reused connection, after which libcurl retries.
        fixture.registry.add(FakeFault(.transport(fault), method: "PUT", times: 2))
        try await fixture.client.put(manifest, as: .tag("v2"), in: fixture.repository, mayBeRefusedBy500: true)
        #expect(fixture.registry.manifest("rancher/x", "v2") != nil)
    }

    @Test func manifestIsPushedAgainAfter500() async throws {
        let manifest = try await fixture.client.manifest(.tag("v1"), in: fixture.repository)
        fixture.registry.add(FakeFault(.error(500), method: "PUT"))
        try await fixture.client.put(manifest, as: .tag("v2"), in: fixture.repository)
        #expect(fixture.requests("PUT", "manifests").count == 2)
    }

    @Test func manifestWithoutItsBlobsIsRefused() async throws {
        let manifest = try await fixture.client.manifest(.tag("v1"), in: fixture.repository)
        let elsewhere = Repository(domain: fixture.registry.authority, path: "rancher/y")
        let error = await registryError { try await fixture.client.put(manifest, as: .tag("v1"), in: elsewhere) }
        #expect(error?.code == .refused)
        #expect(error?.description.hasSuffix("manifest blob unknown: blob unknown to registry") == true)
    }

    @Test("only 201 says that a manifest is stored", arguments: [200, 202, 204, 206])
    func otherSuccesses(status: Int) async throws {
        let manifest = try await fixture.client.manifest(.tag("v1"), in: fixture.repository)
        fixture.registry.add(
            FakeFault(.answer(LoopbackResponse(status: status)), method: "PUT", target: "manifests", times: .max)
        )
        try await fixture.client.put(manifest, as: .tag("v1"), in: fixture.repository)
        let error = await registryError {
            try await fixture.client.put(manifest, as: .tag("v2"), in: fixture.repository)
        }
        let host = fixture.registry.authority
        #expect(
            error?.description
                == "\(host) answered \(status) to the push of the manifest v2 to \(host)/rancher/x, but does"
                + " not have it; check its log and that of any proxy"
        )
    }

    @Test(
        "a tag that is kept may have the manifest already",
        arguments: [
            (400, "tag is immutable"), (403, "immutable"), (405, ""), (409, "conflict"),
            (412, "configured as immutable"),
            (422, "does not allow updating"),
        ]
    )
    func immutableTags(status: Int, words: String) async throws {
        let manifest = try await fixture.client.manifest(.tag("v1"), in: fixture.repository)
        let text = #"{"errors":[{"code":"TAG_INVALID","message":"\#(words)"}]}"#
        let answer = LoopbackResponse(status: status, text: text)
        fixture.registry.add(FakeFault(.answer(answer), method: "PUT", target: "manifests", times: .max))
        let placement = try await fixture.client.put(manifest, as: .tag("v1"), in: fixture.repository)
        #expect(placement.wasThere)
        let other = try Manifest(bytes: manifest.bytes + Array("\n".utf8), servedAs: manifest.mediaType)
        let refused = await registryError {
            try await fixture.client.put(other, as: .tag("v1"), in: fixture.repository)
        }
        let isReported = words.contains("immutable") || words.contains("updating")
        #expect(refused?.status == status)
        let advice =
            "; the tag is there with another content (\(manifest.digest)), and a rule keeps it: push to another project, or"
            + " lift the rule"
        #expect(refused?.description.hasSuffix(advice) == isReported)
        let new = await registryError {
            try await fixture.client.put(other, as: .tag("v9"), in: fixture.repository)
        }
        #expect(new?.description.contains("another content") == false)
    }

    @Test func secretRepeatedByARegistryIsNotPrinted() async throws {
        var switches = FakeSwitches()
        switches.authentication = .basic(user: "me", password: "s3 cr\u{e9}t")
        let login = Data("me:s3 cr\u{e9}t".utf8).base64EncodedString()
        let fixture = try RegistryFixture(switches, config: { #"{"auths":{"\#($0)":{"auth":"\#(login)"}}}"# })
        let manifest = try await fixture.client.manifest(.tag("v1"), in: fixture.repository)
        let texts = [
            #"{"errors":[{"code":"X","message":"Basic \#(login) (me:s3 cr\u00e9t)"}]}"#,
            "Authorization: Basic \(login) s3%20cr%C3%A9t s3 cr\u{e9}t",
            // Across the end of the shown text.
            String(repeating: "x", count: 195) + "s3 cr\u{e9}t",
        ]
        for text in texts {
            for status in [400, 401, 403, 404, 409, 410, 418, 500, 501] {
                let answer = LoopbackResponse(status: status, text: text)
                fixture.registry.add(FakeFault(.answer(answer), method: "PUT", target: "manifests"))
                let error = await registryError {
                    try await fixture.client.put(
                        manifest,
                        as: .tag("v2"),
                        in: fixture.repository,
                        mayBeRefusedBy500: true
                    )
                }
                let sentence = try #require(error).description
                #expect(sentence.contains("…"), "\(status)")
                for secret in [login, "s3 cr", "s3%20", "cr\u{e9}t"] {
                    #expect(!sentence.contains(secret), "\(status)")
                }
            }
        }
    }
}
