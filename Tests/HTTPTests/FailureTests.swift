import HTTP
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct FailureTests {
    struct FaultCase: Sendable {
        let response: LoopbackResponse
        let code: HTTPError.Code
        let why: String
    }

    private static let body = [UInt8](repeating: 7, count: 100_000)

    @Test(arguments: [
        FaultCase(response: .init(body: body, fault: .cutBody(after: 50_000)), code: .interrupted, why: "half a body"),
        FaultCase(response: .init(body: body, fault: .cutBody(after: 0)), code: .interrupted, why: "only a head"),
        FaultCase(
            response: .init(body: body, isChunked: true, fault: .cutBody(after: 50_000)),
            code: .interrupted,
            why: "no last chunk"
        ),
        FaultCase(
            response: .init(
                headers: ["Transfer-Encoding": "chunked", "Content-Length": "6"],
                body: Array("!§$%&/".utf8)
            ),
            code: .interrupted,
            why: "garbage where a chunk should be"
        ),
        FaultCase(response: .init(fault: .close), code: .interrupted, why: "closed without an answer"),
        FaultCase(response: .init(fault: .reset), code: .interrupted, why: "reset without an answer"),
        FaultCase(response: .init(fault: .garbage), code: .malformedResponse, why: "the answer is not HTTP"),
        FaultCase(
            response: .init(preamble: "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"),
            code: .malformedResponse,
            why: "a length that is no number"
        ),
        FaultCase(
            response: .init(
                headers: LoopbackHeaders((0..<300).map { ("X-\($0)", String(repeating: "x", count: 1000)) })
            ),
            code: .malformedResponse,
            why: "a head without end would fill the memory"
        ),
        FaultCase(response: .init(fault: .stall), code: .timedOut, why: "no head comes"),
        FaultCase(response: .init(body: body, fault: .stallBody(after: 0)), code: .timedOut, why: "no body comes"),
        FaultCase(
            response: .init(body: body, fault: .dripBody(milliseconds: 10)),
            code: .timedOut,
            why: "a trickle is no progress"
        ),
    ])
    func faultsOfTheServer(_ row: FaultCase) async throws {
        try await withServer(stallSeconds: 1) { _ in
            row.response
        } _: { server, client in
            let url = server.url + "/secret-path?token=secret"
            let request = HTTPRequest(.get, url, headers: ["Authorization": "secret"])
            let error = try await httpError { try await client.collect(request, limit: .max) }
            #expect(error?.code == row.code, "\(row.why): \(error.map(\.message) ?? "no error")")
            #expect(error?.message.contains(server.authority) == true)
            #expect(error?.message.contains("secret") == false)
        }
    }

    @Test func requestMayHaveItsOwnStallTimeout() async throws {
        try await withServer { _ in
            LoopbackResponse(fault: .stall)
        } _: { server, client in
            let request = HTTPRequest(.get, server.url, stallSeconds: 1)
            let error = try await httpError { try await client.collect(request, limit: 0) }
            #expect(error?.code == .timedOut)
        }
    }

    @Test func requestMayHaveATimeLimit() async throws {
        let drip = LoopbackResponse(body: [UInt8](repeating: 0, count: 10_000), fault: .dripBody(milliseconds: 10))
        try await withServer { _ in
            drip
        } _: { server, client in
            let request = HTTPRequest(.get, server.url, totalSeconds: 1)
            let error = try await httpError { try await client.collect(request, limit: .max) }
            #expect(error?.code == .timedOut)
        }
    }

    @Test func truncatedBodyIsInterrupted() async throws {
        let response = LoopbackResponse(headers: ["Content-Length": "10"], body: [1, 2, 3], closes: true)
        try await withServer { _ in
            response
        } _: { server, client in
            let error = try await httpError { try await client.collect(HTTPRequest(.get, server.url), limit: 10) }
            #expect(error?.code == .interrupted)
        }
    }

    @Test func noListener() async throws {
        let server = try LoopbackServer { _ in LoopbackResponse() }
        server.stop()
        let client = HTTPClient()
        let error = try await httpError { try await client.collect(HTTPRequest(.get, server.url), limit: 0) }
        #expect(error?.code == .refused)
        #expect(error?.message == "\(server.authority) refused the connection: no process listens on that port")
    }

    @Test func unknownHost() async throws {
        let client = HTTPClient()
        let request = HTTPRequest(.get, "http://unknown.invalid/v2/")
        let error = try await httpError { try await client.collect(request, limit: 0) }
        #expect(error?.code == .unresolvedHost)
        #expect(error?.message == "the name of unknown.invalid has no address")
    }

    @Test func unknownHostDoesNotAffectLaterTransfers() async throws {
        try await withServer(threads: 1) { _ in
            LoopbackResponse(body: Self.body)
        } _: { server, client in
            let unknown = HTTPRequest(.get, "http://unknown.invalid/v2/")
            _ = try await httpError { try await client.collect(unknown, limit: 0) }
            #expect(try await client.collect(HTTPRequest(.get, server.url), limit: 100_000).body == Self.body)
        }
    }

    @Test func serverWithoutTLS() async throws {
        try await withServer { _ in
            LoopbackResponse()
        } _: { server, client in
            let request = HTTPRequest(.get, "https://\(server.authority)/")
            let error = try await httpError { try await client.collect(request, limit: 0) }
            #expect(error?.code == .tls)
        }
    }

    @Test(arguments: [
        ("ftp://host/file?key", "the URL ftp://host/file cannot be used: it does not begin with http:// or https://"),
        ("host/path", "the URL host/path cannot be used: "),
        ("", "the URL  cannot be used: "),
        ("http://host:99999/#part", "the URL http://host:99999/ cannot be used: "),
        ("http://ho st/", "the URL http://ho st/ cannot be used: "),
        ("http://host/a b", "the URL http://host/a b cannot be used: "),
        ("http://host/\0", "the URL cannot be used: it has a control character in it"),
        ("http://host/\r\nX: y", "the URL cannot be used: it has a control character in it"),
        ("http://user:word@host/", "the URL cannot be used: "),
    ])
    func badURLs(_ url: String, _ start: String) async throws {
        let client = HTTPClient(HTTPClient.Configuration(threads: 1))
        let error = try await httpError { try await client.collect(HTTPRequest(.get, url), limit: 0) }
        #expect(error?.code == .badURL)
        #expect(error?.message.hasPrefix(start) == true, "\(error?.message ?? "no error")")
    }

    @Test(arguments: [("X-A", "one\r\nX-B: two"), ("X-A\n", "one"), ("X-A", "\0"), ("", "one")])
    func headerFieldsCannotBeSmuggled(_ name: String, _ value: String) async throws {
        try await withServer { _ in
            LoopbackResponse()
        } _: { server, client in
            let request = HTTPRequest(.get, server.url, headers: HTTPHeaders([(name, value)]))
            let error = try await httpError { try await client.collect(request, limit: 0) }
            #expect(error?.code == .badHeader)
            #expect(server.requests.isEmpty)
        }
    }

    @Test(arguments: [(0, true), (99_999, true), (100_000, false)])
    func collectIsLimited(_ limit: Int, _ fails: Bool) async throws {
        try await withServer { _ in
            LoopbackResponse(body: Self.body)
        } _: { server, client in
            let error = try await httpError { try await client.collect(HTTPRequest(.get, server.url), limit: limit) }
            #expect(error?.code == (fails ? .bodyTooLarge : nil))
        }
    }

    @Test(arguments: [(RecordingSink.Refuses.head, ["begin 200"]), (.body, ["begin 200", "body"])])
    func errorsOfTheSinkAreRethrown(_ refuses: RecordingSink.Refuses, _ events: [String]) async throws {
        try await withServer { _ in
            LoopbackResponse(body: Self.body)
        } _: { server, client in
            let sink = RecordingSink(refuses: refuses)
            await #expect(throws: RecordingSink.Refusal()) {
                try await client.perform(HTTPRequest(.get, server.url), into: sink)
            }
            #expect(sink.events == events)
            let next = try await client.collect(HTTPRequest(.get, server.url), limit: 100_000)
            #expect(next.body == Self.body, "the thread goes on")
        }
    }

    @Test func errorsOfTheSourceAreRethrown() async throws {
        try await withServer { _ in
            LoopbackResponse()
        } _: { server, client in
            let source = PatternSource(length: 3_000_000, available: 2_000_000, failsAtEnd: true)
            await #expect(throws: PatternSource.Failure()) {
                try await client.collect(HTTPRequest(.put, server.url, body: source.body), limit: 0)
            }
        }
    }

    @Test func sourceThatEndsTooEarlyFails() async throws {
        try await withServer { _ in
            LoopbackResponse()
        } _: { server, client in
            let source = PatternSource(length: 3_000_000, available: 2_000_000)
            let request = HTTPRequest(.put, server.url, body: source.body)
            let error = try await httpError { try await client.collect(request, limit: 0) }
            #expect(error?.code == .bodyTooShort)
            #expect(
                error?.message
                    == "the body for \(server.authority) ended 1000000 bytes before its announced length"
            )
        }
    }

    @Test func sourceIsNotReadBeyondItsLength() async throws {
        try await withServer {
            LoopbackResponse(body: $0.body)
        } _: { server, client in
            let source = PatternSource(length: 1000, available: 2000)
            for _ in 0..<2 {
                let request = HTTPRequest(.put, server.url, body: source.body)
                let answer = try await client.collect(request, limit: 2000)
                #expect(answer.body == source.bytes)
            }
        }
    }

    @Test func headerLineThatIsTooLong() async throws {
        let server = try LoopbackServer { _ in
            LoopbackResponse(headers: ["X-Long": String(repeating: "x", count: 150_000)])
        }
        defer { server.stop() }
        let error = await #expect(throws: HTTPError.self) {
            _ = try await HTTPClient().collect(HTTPRequest(.get, server.url), limit: 10)
        }
        #expect(
            error?.message == "\(server.authority) answered with a header line that is too long: more than 100 KiB"
        )
    }
}
