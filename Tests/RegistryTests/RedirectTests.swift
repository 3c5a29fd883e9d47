import HTTP
import Hashing
import ImageModel
import TestSupport
import Testing

@testable import Registry

/// Where a request may be sent on to.
@Suite(.timeLimit(.minutes(1))) struct RedirectTests {
    /// A registry with TLS that redirects whatever lies in it to a server without TLS, and that server.
    private static func withRegistry(_ body: (Repository, LoopbackServer, RegistryClient) async throws -> Void)
        async throws
    {
        let plain = try LoopbackServer { _ in LoopbackResponse(text: "{}") }
        defer { plain.stop() }
        let nginx = try NginxServer(
            locations: """
                location = /v2/ { return 200; }
                location /v2/x/ { return 307 \(plain.url)/; }
                """
        )
        let client = RegistryClient(http: HTTPClient(), settings: RegistrySettings())
        try await body(
            Repository(domain: String(nginx.secureURL.dropFirst("https://".count)), path: "x"),
            plain,
            client
        )
    }

    @Test func nothingIsSentOnFromTLSToAHostWithout() async throws {
        let content = Array("{}".utf8)
        let blob = Descriptor(mediaType: "x/y", digest: ContentHash.digest(of: content, .sha256), size: 2)
        let manifest = try Manifest(bytes: Array(#"{"config":{"digest":"\#(blob.digest)","size":2}}"#.utf8))
        try await Self.withRegistry { repository, plain, client in
            let requests: [(String, () async throws -> Void)] = [
                ("a manifest", { _ = try await client.manifest(.tag("v1"), in: repository) }),
                ("a blob", { _ = try await client.content(of: blob, from: repository, limit: 10) }),
                ("a question", { _ = try await client.hasBlob(blob.digest, in: repository) }),
                (
                    "an upload",
                    {
                        let source = Source(bytes: content)
                        _ = try await client.upload(blob, from: source, to: repository, mountingFrom: nil)
                    }
                ), ("a manifest put", { try await client.put(manifest, as: .tag("v1"), in: repository) }),
            ]
            for (what, request) in requests {
                let error = await registryError(request)
                #expect(error?.code == .refused, "\(what)")
                #expect(
                    error?.description == "https://\(repository.domain) redirects to \(plain.url), which has no TLS;"
                        + " that is not followed",
                    "\(what)"
                )
            }
            #expect(plain.requests.isEmpty)
        }
    }

    @Test func aRegistryWithoutTLSMayRedirectToEither() async throws {
        let nginx = try NginxServer()
        let content = Array("a manifest that is none".utf8)
        for target in [nginx.url, nginx.secureURL] {
            let put = HTTPRequest(.put, "\(target)/blob", body: .bytes(content), security: .unverified)
            _ = try await HTTPClient().collect(put, limit: 1000)
            let server = try LoopbackServer { request in
                request.path == "/v2/"
                    ? LoopbackResponse() : LoopbackResponse(status: 307, headers: ["Location": "\(target)/blob"])
            }
            defer { server.stop() }
            let client = RegistryClient(http: HTTPClient(), settings: RegistrySettings())
            let blob = Descriptor(
                mediaType: "x/y",
                digest: ContentHash.digest(of: content, .sha256),
                size: Int64(content.count)
            )
            let repository = Repository(domain: server.authority, path: "x")
            #expect(try await client.content(of: blob, from: repository, limit: 100) == content)
        }
    }

    /// Asked again, a token server may send us to a host that is there.
    @Test func aHostThatIsAwayIsNoReasonToGiveUpWhoSentUsThere() async throws {
        let away = try LoopbackServer { _ in LoopbackResponse() }
        away.stop()
        let server = try LoopbackServer { _ in LoopbackResponse(status: 307, headers: ["Location": away.url + "/"]) }
        defer { server.stop() }
        let http = HTTPClient()
        let direct = await #expect(throws: HTTPError.self) {
            _ = try await http.collectFollowing(HTTPRequest(.get, away.url + "/"), limit: 10)
        }
        #expect(direct?.vainFor != nil)
        let redirected = await #expect(throws: HTTPError.self) {
            _ = try await http.collectFollowing(HTTPRequest(.get, server.url + "/"), limit: 10)
        }
        #expect(redirected?.code == .refused)
        #expect(redirected?.vainFor == nil)
    }
}
