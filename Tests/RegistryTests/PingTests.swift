import HTTP
import OCI
import Registry
import TestSupport
import Testing

/// The interpretation of responses to `/v2/`.
@Suite(.timeLimit(.minutes(1))) struct PingTests {
    private static func blob(at server: LoopbackServer, config: String? = nil) async throws -> Bool {
        let fixture = try RegistryFixture()
        return try await fixture.newClient(config: config, patience: .zero)
            .size(of: fixture.blob.digest, in: Repository(domain: server.authority, path: "x")) != nil
    }

    private static let version = (name: "Docker-Distribution-Api-Version", value: "registry/2.0")
    private static func type(_ value: String) -> (name: String, value: String) { ("Content-Type", value) }

    struct Row: Sendable, CustomTestStringConvertible {
        let reason: String
        let response: LoopbackResponse
        let isRegistry: Bool

        init(_ reason: String, _ status: Int, _ headers: [(name: String, value: String)], _ body: String, _ is: Bool) {
            self.reason = reason
            response = LoopbackResponse(status: status, headers: LoopbackHeaders(headers), text: body)
            isRegistry = `is`
        }

        var testDescription: String { reason }
    }

    static let rows = [
        Row("distribution", 200, [version, type("application/json")], "{}", true),
        Row("JSON without the version", 200, [type("application/json; charset=utf-8")], "{}", true),
        Row("Quay says true, as HTML, with the version", 200, [version, type("text/html")], "true", true),
        Row("files behind a web server: an empty page", 200, [type("text/html")], "", true),
        Row("files behind a web server", 200, [type("application/octet-stream")], "{}", true),
        Row("no type at all", 200, [], "", true),
        Row("forbidden, in the registry's words", 403, [type("application/json")], #"{"errors":[]}"#, true),
        Row("a page for people", 200, [type("text/html; charset=utf-8")], "<!DOCTYPE html><p>Log in</p>", false),
        Row("a web server without a registry", 404, [type("text/html")], "<h1>Not Found</h1>", false),
        Row("no such path", 404, [type("text/plain")], "404 page not found\n", false),
        Row("a firewall", 403, [type("text/html")], "<h1>Blocked</h1>", false),
        Row("out of order", 503, [], "", false),
        Row("nothing of the kind", 204, [], "", false),
    ]

    @Test(arguments: rows)
    func isARegistry(_ row: Row) async throws {
        let server = try LoopbackServer { $0.path == "/v2/" ? row.response : LoopbackResponse() }
        defer { server.stop() }
        let error = await registryError { _ = try await Self.blob(at: server) }
        #expect((error == nil) == row.isRegistry, "\(error?.description ?? "reached")")
        if let error {
            #expect(error.description.contains(server.authority))
            #expect(error.description.contains("\(row.response.status)"), "\(error.description)")
            #expect(server.requests.allSatisfy { $0.path == "/v2/" }, "nothing else is asked there")
        }
    }

    @Test func challengeOfAPingRedirectCounts() async throws {
        let server = try LoopbackServer { request in
            switch request.path {
            case "/v2/": LoopbackResponse(status: 302, headers: ["Location": "/v2/moved/"])
            case "/v2/moved/": LoopbackResponse(status: 401, headers: ["WWW-Authenticate": "Basic realm=x"])
            default: LoopbackResponse(status: request.headers["Authorization"] == nil ? 400 : 200)
            }
        }
        defer { server.stop() }
        let config = #"{"auths":{"\#(server.authority)":{"username":"me","password":"x"}}}"#
        #expect(try await Self.blob(at: server, config: config))
    }

    @Test func challengeOfAnotherHostDoesNotCount() async throws {
        let other = try LoopbackServer { _ in
            LoopbackResponse(status: 401, headers: ["WWW-Authenticate": "Basic realm=x"])
        }
        defer { other.stop() }
        let server = try LoopbackServer { request in
            request.path == "/v2/"
                ? LoopbackResponse(status: 302, headers: ["Location": other.url]) : LoopbackResponse()
        }
        defer { server.stop() }
        let config = #"{"auths":{"\#(server.authority)":{"username":"me","password":"x"}}}"#
        #expect(try await Self.blob(at: server, config: config))
        #expect((server.requests + other.requests).allSatisfy { $0.headers["Authorization"] == nil })
    }

    @Test func redirectsAreLimited() async throws {
        let server = try LoopbackServer { _ in LoopbackResponse(status: 302, headers: ["Location": "/v2/"]) }
        defer { server.stop() }
        let error = await registryError { _ = try await Self.blob(at: server) }
        #expect(error?.description.contains("redirects more than 10 times") == true, "\(error?.description ?? "")")
    }

    @Test func proxyThatRequiresCredentialsIsReported() async throws {
        let proxy = try LoopbackServer { _ in LoopbackResponse(status: 407) }
        defer { proxy.stop() }
        let http = HTTPClient(
            HTTPClient.Configuration(threads: 1, proxies: ProxySettings(environment: ["HTTP_PROXY": proxy.url]))
        )
        let client = RegistryClient(
            http: http,
            settings: RegistrySettings(insecureRegistries: ["far.invalid"], retryPolicy: RetryPolicy(duration: .zero))
        )
        let fixture = try RegistryFixture()
        let error = await registryError {
            _ = try await client.hasBlob(fixture.blob.digest, in: Repository(domain: "far.invalid", path: "x"))
        }
        #expect(error?.description.contains("the proxy wants a login (407)") == true, "\(error?.description ?? "")")
    }
}
