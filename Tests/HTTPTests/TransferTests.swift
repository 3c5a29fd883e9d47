import HTTP
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct TransferTests {
    @Test func headAndBodyGoToTheSink() async throws {
        let body = PatternSource(length: 1_000_000).bytes
        try await withServer { _ in
            LoopbackResponse(status: 404, body: body)
        } _: { server, client in
            let sink = RecordingSink()
            let head = try await client.perform(HTTPRequest(.get, server.url + "/a"), into: sink)
            #expect(head.status == 404)
            #expect(head.headers["content-length"] == "1000000")
            #expect(sink.events == ["begin 404", "body"])
            #expect(sink.body == body)
        }
    }

    struct EmptyCase: Sendable {
        let method: HTTPMethod
        let response: LoopbackResponse
        let why: String
    }

    @Test(arguments: [
        EmptyCase(
            method: .head,
            response: LoopbackResponse(body: [1, 2]),
            why: "HEAD has no body whatever its length"
        ),
        EmptyCase(method: .get, response: LoopbackResponse(), why: "a body of length 0"),
        EmptyCase(method: .get, response: LoopbackResponse(status: 204), why: "a status without a body"),
        EmptyCase(method: .get, response: LoopbackResponse(isChunked: true), why: "no chunk but the last"),
    ])
    func responsesWithoutBody(_ row: EmptyCase) async throws {
        try await withServer { _ in
            row.response
        } _: { server, client in
            let sink = RecordingSink()
            _ = try await client.perform(HTTPRequest(row.method, server.url), into: sink)
            #expect(sink.events == ["begin \(row.response.status)"], "\(row.why)")
        }
    }

    @Test func onlyTheFinalHeadIsSeen() async throws {
        let response = LoopbackResponse(
            headers: ["Link": "<a>", "X-Final": "yes", "Link": "<b>"],
            body: Array("text".utf8),
            preamble: "HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\n",
            isChunked: true
        )
        try await withServer { _ in
            response
        } _: { server, client in
            let sink = RecordingSink()
            let head = try await client.perform(HTTPRequest(.get, server.url), into: sink)
            #expect(sink.events == ["begin 200", "body"])
            #expect(head.headers.entries.map(\.name) == ["Link", "X-Final", "Link", "Transfer-Encoding"])
            #expect(head.headers.values("link") == ["<a>", "<b>"])
        }
    }

    @Test func redirectIsAResponse() async throws {
        let response = LoopbackResponse(status: 307, headers: ["Location": "/elsewhere"])
        try await withServer { _ in
            response
        } _: { server, client in
            let answer = try await client.collect(HTTPRequest(.get, server.url), limit: 0)
            #expect(answer.head.status == 307)
            #expect(answer.head.headers["Location"] == "/elsewhere")
            #expect(server.requests.count == 1)
        }
    }

    @Test func requestsAreSentUnchanged() async throws {
        try await withServer { _ in
            LoopbackResponse()
        } _: { server, client in
            var request = HTTPRequest(.get, server.url + "/v2/a/../%2e/b?_state=a%3D%3D&x=1+2")
            request.headers = ["X-One": "1", "X-Two": "a", "x-two": "b: c", "X-Empty": ""]
            _ = try await client.collect(request, limit: 0)
            let seen = try #require(server.requests.first)
            #expect(seen.target == "/v2/a/../%2e/b?_state=a%3D%3D&x=1+2")
            let own = seen.headers.entries.filter { $0.name.lowercased().hasPrefix("x-") }
            #expect(own.map { "\($0.name)=\($0.value)" } == ["X-One=1", "X-Two=a", "x-two=b: c", "X-Empty="])
            #expect(seen.headers["User-Agent"] == "rancher-images")
            #expect(seen.headers["Accept-Encoding"] == nil, "bytes must come as they are")
        }
    }

    struct BodyCase: Sendable {
        let method: HTTPMethod
        let body: HTTPBody
        let length: String?
        let why: String
    }

    @Test(arguments: [
        BodyCase(method: .post, body: .none, length: "0", why: "an empty POST tells its length"),
        BodyCase(method: .put, body: .none, length: "0", why: "an empty PUT tells its length"),
        BodyCase(method: .patch, body: .none, length: "0", why: "an empty PATCH tells its length"),
        BodyCase(method: .get, body: .none, length: nil, why: "GET has no body"),
        BodyCase(method: .head, body: .bytes([1]), length: nil, why: "a body of HEAD is not sent"),
        BodyCase(method: .post, body: .bytes([1, 2, 3]), length: "3", why: "bytes"),
        BodyCase(method: .get, body: .bytes([1, 2, 3]), length: "3", why: "any method but HEAD may have a body"),
        BodyCase(method: .put, body: PatternSource(length: 0).body, length: "0", why: "a stream of nothing"),
        BodyCase(method: .patch, body: PatternSource(length: 3_000_000).body, length: "3000000", why: "a stream"),
    ])
    func bodiesAreSentWithTheirLength(_ row: BodyCase) async throws {
        try await withServer {
            LoopbackResponse(body: $0.body)
        } _: { server, client in
            let request = HTTPRequest(row.method, server.url, body: row.body)
            let answer = try await client.collect(request, limit: 3_000_000)
            let seen = try #require(server.requests.first)
            #expect(seen.method == row.method.rawValue)
            #expect(seen.headers["Content-Length"] == row.length, "\(row.why)")
            #expect(seen.headers["Expect"] == nil)
            #expect(seen.headers["Transfer-Encoding"] == nil)
            #expect(seen.headers["Content-Type"] == nil, "only the caller knows the type")
            switch row.body {
            case .stream(let stream): #expect(answer.body == PatternSource(length: stream.length).bytes)
            case .bytes(let bytes) where row.method != .head: #expect(answer.body == bytes)
            default: #expect(seen.bodySize == 0)
            }
        }
    }

    @Test func bodyIsResentAfterAReusedConnectionFailed() async throws {
        let source = PatternSource(length: 2_000_000)
        try await withServer(threads: 1) { request in
            let isLate = request.method == "PUT" && request.connection == 0
            return LoopbackResponse(body: request.body, fault: isLate ? .close : .none)
        } _: { server, client in
            _ = try await client.collect(HTTPRequest(.get, server.url), limit: 0)
            let request = HTTPRequest(.put, server.url, body: source.body)
            let answer = try await client.collect(request, limit: 2_000_000)
            #expect(answer.body == source.bytes)
            #expect(server.requests.map(\.connection) == [0, 0, 1])
            #expect(source.rewinds == 2)
        }
    }

    @Test func connectionsAreKept() async throws {
        try await withServer { _ in
            LoopbackResponse(body: [1])
        } _: { server, client in
            for _ in 0..<5 { _ = try await client.collect(HTTPRequest(.get, server.url), limit: 1) }
            #expect(server.connections == 1)
        }
    }

    @Test func eachThreadRunsATransfer() async throws {
        let gate = Gate(count: 3)
        try await withServer(threads: 3) { _ in
            gate.arrive()
            return LoopbackResponse()
        } _: { server, client in
            // The server answers only after all three have arrived.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask { _ = try await client.collect(HTTPRequest(.get, server.url), limit: 0) }
                }
                try await group.waitForAll()
            }
            #expect(server.connections == 3)
        }
    }

    @Test func transfersWaitForAnIdleThread() async throws {
        try await withServer(threads: 2) {
            LoopbackResponse(text: $0.target)
        } _: { server, client in
            let answers = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        let answer = try await client.collect(HTTPRequest(.get, "\(server.url)/\(number)"), limit: 10)
                        return String(decoding: answer.body, as: UTF8.self)
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(answers == Set((0..<40).map { "/\($0)" }))
            #expect(server.connections <= 2)
        }
    }
}
