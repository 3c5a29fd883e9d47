import HTTP
import OCI
import TestSupport
import Testing

@testable import Registry

/// The targets of redirects.
@Suite(.timeLimit(.minutes(1))) struct RedirectTests {
    /// Runs a registry with TLS that redirects everything to a server without TLS, and that server.
    private static func withRegistry(_ body: (Repository, LoopbackServer, RegistryClient) async throws -> Void)
        async throws
    {
        let plain = try LoopbackServer { _ in LoopbackResponse(text: "{}") }
        defer { plain.stop() }
        // Another host than the registry's.
        let plainURL = "http://localhost:\(plain.port)"
        let nginx = try NginxServer(
            locations: """
                location = /v2/ { return 200; }
                location /v2/x/ { return 307 \(plainURL)/; }
                """
        )
        let client = RegistryClient(http: HTTPClient(), settings: RegistrySettings())
        try await body(
            Repository(domain: String(nginx.secureURL.dropFirst("https://".count)), path: "x"),
            plain,
            client
        )
    }

    @Test func redirectsFromTLSToPlainHTTPAreRefused() async throws {
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
                    error?.description
                        == "https://\(repository.domain) redirects to http://localhost:\(plain.port), which has no TLS;"
                        + " that is not followed",
                    "\(what)"
                )
            }
            #expect(plain.requests.isEmpty)
        }
    }

    @Test func registryWithoutTLSMayRedirectToBoth() async throws {
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

    /// A registry behind a proxy that terminates TLS, without `X-Forwarded-Proto` and with another port in `Host`.
    @Test(arguments: ["$host", "$http_host", "$proxy_host"])
    func registryUnawareOfItsTLSIsUsedWithTLS(host: String) async throws {
        let fixture = try RegistryFixture()
        let nginx = try NginxServer(
            locations: """
                location /v2/ { proxy_pass \(fixture.registry.url); proxy_set_header Host \(host); }
                """
        )
        let domain = "127.0.0.1:\(nginx.securePort)"
        let insecure = RegistrySettings(insecureRegistries: [domain])
        let client = RegistryClient(http: HTTPClient(), settings: insecure)
        let repository = Repository(domain: domain, path: "rancher/y")
        _ = try await client.upload(
            fixture.blob,
            from: Source(bytes: fixture.content),
            to: repository,
            mountingFrom: nil
        )
        #expect(fixture.registry.blob("rancher/y", fixture.blob.digest) == fixture.content)
        let put = try #require(fixture.requests("PUT", "uploads").first)
        #expect(put.headers["Connection"] == "close", "it came through nginx")
    }

    @Test func uploadIsNotRedirectedToPlainHTTP() async throws {
        let plain = try LoopbackServer { _ in LoopbackResponse(status: 201) }
        defer { plain.stop() }
        let location = "http://localhost:\(plain.port)/v2/x/blobs/uploads/1"
        let nginx = try NginxServer(
            locations: """
                location = /v2/ { return 200; }
                location /v2/x/blobs/uploads/ { add_header Location \(location) always; return 202; }
                """
        )
        let content = Array("not to be seen".utf8)
        let blob = Descriptor(mediaType: "x/y", digest: ContentHash.digest(of: content), size: Int64(content.count))
        let client = RegistryClient(http: HTTPClient(), settings: RegistrySettings())
        let repository = Repository(domain: "127.0.0.1:\(nginx.securePort)", path: "x")
        let error = await registryError {
            _ = try await client.upload(blob, from: Source(bytes: content), to: repository, mountingFrom: nil)
        }
        #expect(
            error?.description == "\(nginx.secureURL) redirects to http://localhost:\(plain.port), which has no TLS;"
                + " that is not followed"
        )
        #expect(plain.requests.isEmpty)
    }

    /// The text could come from a host that only the registry's users can reach.
    @Test(arguments: [
        (404, "the internal page", "its answer is not a registry's; check the storage that HOST redirects to"),
        (
            403, #"{"errors":[{"message":"internal"}]}"#,
            "its answer is not a registry's; check the storage that HOST redirects to"
        ),
        (403, "", "it gave no reason; check the storage that HOST redirects to"),
        (
            404, #"{"errors":[{"code":"BLOB_UNKNOWN","message":"blob unknown"}]}"#,
            "blob unknown: blob unknown; check the storage that HOST redirects to"
        ),
        (401, "", "it gave no reason; log in there: 'docker login OTHER' or 'podman login OTHER'"),
    ])
    func errorOfAnotherHostNamesThatHost(status: Int, body: String, reason: String) async throws {
        let other = try LoopbackServer { _ in LoopbackResponse(status: status, text: body) }
        defer { other.stop() }
        let server = try LoopbackServer { request in
            request.path == "/v2/"
                ? LoopbackResponse() : LoopbackResponse(status: 307, headers: ["Location": other.url + "/bucket"])
        }
        defer { server.stop() }
        let client = RegistryClient(http: HTTPClient(), settings: RegistrySettings())
        let blob = Descriptor(mediaType: "x/y", digest: ContentHash.digest(of: []), size: 10)
        let error = await registryError {
            _ = try await client.content(
                of: blob,
                from: Repository(domain: server.authority, path: "x"),
                limit: 100
            )
        }
        let text = reason.replacing("HOST", with: server.authority).replacing("OTHER", with: other.authority)
        #expect(
            error?.description
                == "\(other.authority), to which \(server.authority) redirects, answered \(status) to the"
                + " blob \(blob.digest) of \(server.authority)/x: \(text)"
        )
    }
}
