import Glibc
import HTTP
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ProxyTests {
    @Test func plainRequestsAreSentToTheProxyWithTheFullURL() async throws {
        let proxy = try LoopbackServer { _ in LoopbackResponse(text: "from the proxy") }
        defer { proxy.stop() }
        let client = Self.client(["HTTP_PROXY": "http://user:xyzzy@\(proxy.authority)"])
        let answer = try await client.collect(HTTPRequest(.get, "http://far.invalid/v2/?a=b"), limit: 100)
        #expect(String(decoding: answer.body, as: UTF8.self) == "from the proxy")
        #expect(proxy.requests.map(\.target) == ["http://far.invalid/v2/?a=b"])
        #expect(proxy.requests.first?.headers["Proxy-Authorization"] == "Basic dXNlcjp4eXp6eQ==")
    }

    @Test func proxyThatRefusesToConnect() async throws {
        let proxy = try LoopbackServer { _ in LoopbackResponse(status: 407, headers: ["X-Proxy": "yes"]) }
        defer { proxy.stop() }
        let client = Self.client(["HTTPS_PROXY": "http://user:xyzzy@\(proxy.authority)"])
        let sink = RecordingSink()
        let error = try await httpError {
            try await client.perform(HTTPRequest(.get, "https://far.invalid/"), into: sink)
        }
        #expect(error?.code == .proxy)
        #expect(error?.message.contains("407") == true)
        #expect(error?.message.contains("xyzzy") == false)
        #expect(sink.events.isEmpty, "the head is the proxy's, not the host's")
        #expect(proxy.requests.map { "\($0.method) \($0.target)" } == ["CONNECT far.invalid:443"])
    }

    @Test func proxyThatCannotReachTheHost() async throws {
        let proxy = try LoopbackServer { _ in LoopbackResponse(status: 503) }
        defer { proxy.stop() }
        let client = Self.client(["HTTPS_PROXY": proxy.url])
        let error = try await httpError {
            try await client.collect(HTTPRequest(.get, "https://far.invalid/"), limit: 0)
        }
        #expect(error?.code == .proxyUnavailable)
    }

    @Test func unknownProxy() async throws {
        let client = Self.client(["HTTP_PROXY": "http://user:xyzzy@unknown.invalid:1"])
        let error = try await httpError {
            try await client.collect(HTTPRequest(.get, "http://far.invalid/"), limit: 0)
        }
        #expect(error?.code == .proxyUnavailable)
        #expect(error?.message.contains("xyzzy") == false)
    }

    @Test func unreachableProxyIsReported() async throws {
        let client = Self.client(["HTTP_PROXY": "http://user:xyzzy@127.0.0.1:1"])
        let error = try await httpError {
            try await client.collect(HTTPRequest(.get, "http://far.invalid/"), limit: 0)
        }
        #expect(error?.code == .refused)
        #expect(
            error?.message
                .hasPrefix(
                    "far.invalid cannot be reached: the proxy http://127.0.0.1:1 cannot be connected to: "
                ) == true,
            "\(error?.message ?? "")"
        )
    }

    /// Runs in its own process: changing the environment would affect other tests.
    @Test func environmentIsNotRead() async {
        await #expect(processExitsWith: .success) {
            let server = try LoopbackServer { LoopbackResponse(text: $0.target) }
            let proxy = try LoopbackServer { _ in LoopbackResponse(text: "from the proxy") }
            for name in ["http_proxy", "all_proxy", "ALL_PROXY"] { setenv(name, proxy.url, 1) }

            let direct = HTTPClient()
            let answer = try await direct.collect(HTTPRequest(.get, server.url + "/direct"), limit: 100)
            #expect(String(decoding: answer.body, as: UTF8.self) == "/direct")

            for name in ["no_proxy", "NO_PROXY"] { setenv(name, "*", 1) }
            let settings = ProxySettings(environment: ["HTTP_PROXY": proxy.url])
            let proxied = HTTPClient(HTTPClient.Configuration(proxies: settings))
            let other = try await proxied.collect(HTTPRequest(.get, "http://far.invalid/"), limit: 100)
            #expect(String(decoding: other.body, as: UTF8.self) == "from the proxy")
        }
    }

    private static func client(_ environment: [String: String]) -> HTTPClient {
        HTTPClient(HTTPClient.Configuration(threads: 1, proxies: ProxySettings(environment: environment)))
    }
}
