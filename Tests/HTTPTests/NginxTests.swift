import HTTP
import TestSupport
import Testing

/// Transfers with a third-party server.
@Suite(.enabled(if: Machine.hasNginx, "needs nginx and openssl"), .timeLimit(.minutes(5)))
struct NginxTests {
    private let server: NginxServer

    init() throws {
        server = try NginxServer(
            locations: """
                location /protocol { return 200 "$server_protocol $ssl_protocol"; }
                location /small { client_max_body_size 1m; root /nowhere; dav_methods PUT; }
                """
        )
    }

    @Test func uploadAndDownloadOfFiles() async throws {
        let client = HTTPClient()
        let source = PatternSource(length: 1_000_000)
        let bytes = source.bytes
        let url = server.url + "/directory-file"
        let put = try await client.collect(HTTPRequest(.put, url, body: source.body), limit: 0)
        #expect(put.head.status == 201)
        let head = try await client.collect(HTTPRequest(.head, url), limit: 0)
        #expect(head.head.headers["Content-Length"] == "1000000")
        let get = try await client.collect(HTTPRequest(.get, url), limit: 1_000_000)
        #expect(get.body == bytes)

        let range = HTTPRequest(.get, url, headers: ["Range": "bytes=1000-1999"])
        let part = try await client.collect(range, limit: 1000)
        #expect(part.head.status == 206)
        #expect(part.head.headers["Content-Range"] == "bytes 1000-1999/1000000")
        #expect(part.body == Array(bytes[1000..<2000]))

        let missing = try await client.collect(HTTPRequest(.get, url + "-that-is-not-there"), limit: 10_000)
        #expect(missing.head.status == 404)
    }

    @Test func responseBeforeTheEndOfTheBody() async throws {
        let request = HTTPRequest(.put, server.url + "/small", body: PatternSource(length: 50_000_000).body)
        let answer = try await HTTPClient().collect(request, limit: 10_000)
        #expect(answer.head.status == 413)
    }

    @Test func unknownAuthorityIsRefused() async throws {
        let request = HTTPRequest(.get, server.secureURL + "/protocol")
        let error = try await httpError { try await HTTPClient().collect(request, limit: 100) }
        #expect(error?.code == .unknownAuthority)
        #expect(error?.message.contains("certificate") == true)
    }

    @Test func unverifiedCertificateIsAcceptedOnRequest() async throws {
        let request = HTTPRequest(.get, server.secureURL + "/protocol", security: .unverified)
        let client = HTTPClient(HTTPClient.Configuration(threads: 1))
        let answer = try await client.collect(request, limit: 100)
        #expect(String(decoding: answer.body, as: UTF8.self) == "HTTP/1.1 TLSv1.3")

        let strict = HTTPRequest(.get, server.secureURL + "/protocol")
        let error = try await httpError { try await client.collect(strict, limit: 100) }
        #expect(error?.code == .unknownAuthority, "the connection that was made without a check is not used")
    }

    @Test func registryAuthorityAppliesToItsHostOnly() async throws {
        let authorities = CertificateAuthorities(environment: ["SSL_CERT_FILE": server.certificate])
        let client = HTTPClient(HTTPClient.Configuration(authorities: authorities))
        let answer = try await client.collect(HTTPRequest(.get, server.secureURL + "/protocol"), limit: 100)
        #expect(answer.head.status == 200)

        let other = server.secureURL.replacing("127.0.0.1", with: "localhost")
        let error = try await httpError { try await client.collect(HTTPRequest(.get, other), limit: 100) }
        #expect(error?.code == .tls)
    }
}
