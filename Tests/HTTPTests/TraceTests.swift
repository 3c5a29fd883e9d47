import HTTP
import Synchronization
import TestSupport
import Testing

/// The trace of requests.
@Suite(.timeLimit(.minutes(1))) struct TraceTests {
    private final class Log: Sendable {
        private let kept = Mutex<[HTTPEvent]>([])

        var events: [HTTPEvent] { kept.withLock(\.self) }
        var exchanges: [HTTPExchange] {
            events.compactMap { if case .exchange(let exchange) = $0 { exchange } else { nil } }
        }

        func add(_ event: HTTPEvent) { kept.withLock { $0.append(event) } }
    }

    private static func watch(
        proxies: ProxySettings = .none,
        _ handler: @escaping LoopbackServer.Handler,
        _ body: (LoopbackServer, HTTPClient) async throws -> Void
    ) async throws -> Log {
        let log = Log()
        let server = try LoopbackServer(handler)
        defer { server.stop() }
        let configuration = HTTPClient.Configuration(
            busyPause: .milliseconds(10),
            trace: { log.add($0) },
            proxies: proxies
        )
        try await body(server, HTTPClient(configuration))
        return log
    }

    @Test func requestIsTracedWithItsBytes() async throws {
        let log = try await Self.watch { request in
            LoopbackResponse(status: 201, body: Array("answer".utf8))
        } _: { server, client in
            let url = server.url + "/v2/x?digest=d&_state=secret"
            _ = try await client.collect(HTTPRequest(.put, url, body: .bytes([1, 2, 3])), limit: 10)
        }
        let exchange = try #require(log.exchanges.first)
        #expect(exchange.method == .put)
        #expect(exchange.url.hasSuffix("/v2/x?digest=d&_state=…"))
        #expect((exchange.status, exchange.sent, exchange.received) == (201, 3, 6))
        #expect(exchange.proxy == nil && exchange.location == nil && exchange.failure == nil)
    }

    @Test func redirectIsTracedWithoutItsSignature() async throws {
        let log = try await Self.watch { _ in
            LoopbackResponse(status: 307, headers: ["Location": "https://h/b?X-Amz-Signature=secret"])
        } _: { server, client in
            _ = try await client.collect(HTTPRequest(.get, server.url), limit: 10)
        }
        #expect(log.exchanges.map(\.location) == ["https://h/b?X-Amz-Signature=…"])
    }

    @Test func failureIsTracedWithTheReceivedBytes() async throws {
        let body = [UInt8](repeating: 7, count: 1000)
        let log = try await Self.watch { _ in
            LoopbackResponse(body: body, fault: .cutBody(after: 400))
        } _: { server, client in
            _ = try? await client.collect(HTTPRequest(.get, server.url), limit: 1000)
        }
        let exchange = try #require(log.exchanges.first)
        #expect((exchange.status, exchange.received) == (200, 400))
        #expect(exchange.failure?.contains("broke off") == true)
    }

    @Test func truncatedResponseIsNotAFailure() async throws {
        let log = try await Self.watch { _ in
            LoopbackResponse(status: 404, body: [1])
        } _: { server, client in
            _ = try? await client.perform(HTTPRequest(.get, server.url), into: RecordingSink(refuses: .body))
        }
        #expect(log.exchanges.map(\.status) == [404] && log.exchanges.allSatisfy { $0.failure == nil })
    }

    @Test func proxyIsTracedWithoutItsCredentials() async throws {
        let proxy = try LoopbackServer { _ in LoopbackResponse() }
        defer { proxy.stop() }
        let settings = ProxySettings(environment: ["HTTP_PROXY": "http://user:xyzzy@\(proxy.authority)"])
        let log = try await Self.watch(proxies: settings) { _ in
            LoopbackResponse()
        } _: { server, client in
            _ = try await client.collect(HTTPRequest(.get, "http://far.invalid/"), limit: 10)
            _ = try await client.collect(HTTPRequest(.get, server.url), limit: 10)
        }
        #expect(log.exchanges.map(\.proxy) == ["http://\(proxy.authority)", nil])
    }

    @Test func busyHostIsTracedOnceWithBackOffAndLimit() async throws {
        let isFirst = Mutex(true)
        let log = try await Self.watch { _ in
            let status = isFirst.withLock { first in
                defer { first = false }
                return first ? 429 : 200
            }
            return LoopbackResponse(status: status)
        } _: { server, client in
            for _ in 0..<3 { _ = try await client.collect(HTTPRequest(.get, server.url), limit: 10) }
        }
        let reported = log.events.compactMap { event -> String? in
            switch event {
            case .exchange(let exchange): "\(exchange.status ?? 0)"
            case .pause(_, let duration): duration <= .milliseconds(10) ? "pause" : "long pause"
            case .limit(_, let count): "limit \(count.map(String.init) ?? "off")"
            }
        }
        #expect(reported == ["429", "pause", "limit 1", "200", "limit off", "200"])
    }
}
