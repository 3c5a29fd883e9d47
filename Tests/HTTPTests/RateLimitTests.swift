import SystemIO
import TestSupport
import Testing

@testable import HTTP

/// Transfers with a bandwidth limit. Their duration is compared with the minimum.
@Suite(.timeLimit(.minutes(1))) struct RateLimitTests {
    private static func client(_ rate: Int64, threads: Int = 2, stallSeconds: Int = 60) -> HTTPClient {
        HTTPClient(
            HTTPClient.Configuration(threads: threads, stallSeconds: stallSeconds, bytesPerSecond: rate)
        )
    }

    private static func time(_ work: () async throws -> Void) async rethrows -> Duration {
        try await ContinuousClock().measure { try await work() }
    }

    @Test func allTransfersShareTheLimitInBothDirections() async throws {
        let body = [UInt8](repeating: 7, count: 150_000)
        let server = try LoopbackServer { request in
            request.method == "PUT" ? LoopbackResponse(text: "\(request.bodySize)") : LoopbackResponse(body: body)
        }
        defer { server.stop() }
        let client = Self.client(200_000)
        let time = try await Self.time {
            async let down: Void = {
                let sink = RecordingSink()
                _ = try await client.perform(HTTPRequest(.get, server.url), into: sink)
                #expect(sink.body == body)
            }()
            let source = PatternSource(length: 150_000)
            let sink = RecordingSink()
            _ = try await client.perform(HTTPRequest(.put, server.url, body: source.body), into: sink)
            #expect(String(decoding: sink.body, as: UTF8.self) == "150000")
            try await down
        }
        // 300,000 bytes, a quarter of a second's worth of which moved at once.
        #expect(time >= .milliseconds(1250))
    }

    @Test func throttledTransferIsNotStalled() async throws {
        let body = [UInt8](repeating: 7, count: 6000)
        let server = try LoopbackServer { _ in LoopbackResponse(body: body) }
        defer { server.stop() }
        // Each gets less than the usual low-speed threshold.
        let client = Self.client(1500, stallSeconds: 1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    let sink = RecordingSink()
                    let head = try await client.perform(HTTPRequest(.get, server.url), into: sink)
                    #expect(sink.body == body)
                    #expect(head.queueTime > .seconds(2), "it is told, so that patience does not count it")
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func stalledTransferIsDetected() async throws {
        let server = try LoopbackServer { _ in
            LoopbackResponse(body: [UInt8](repeating: 7, count: 6000), fault: .stallBody(after: 100))
        }
        defer { server.stop() }
        let client = Self.client(1000, stallSeconds: 1)
        let error = try await httpError {
            try await client.perform(HTTPRequest(.get, server.url), into: RecordingSink())
        }
        #expect(error?.code == .timedOut)
    }

    @Test func timeLimitExcludesThrottledTime() throws {
        let configuration = HTTPClient.Configuration(bytesPerSecond: 1000)
        let request = HTTPRequest(.get, "http://127.0.0.1/", totalSeconds: 1)
        let transfer = Transfer(
            request,
            try HTTPAddress(request.url),
            { try RecordingSink().begin($0) },
            RateLimiter(configuration)
        )
        let begin = ContinuousClock.now
        let bytes = [UInt8](repeating: 7, count: 1750)
        #expect(bytes.withUnsafeBytes(transfer.receive))
        #expect(begin.duration(to: .now) >= .milliseconds(1500))
        #expect(!transfer.isLate(since: begin))
        #expect(transfer.isLate(since: begin - .seconds(2)))
    }

    @Test(arguments: [HTTPMethod.get, .put])
    func throttledTransferCanBeCancelled(_ method: HTTPMethod) async throws {
        let body = [UInt8](repeating: 7, count: 10_000)
        let server = try LoopbackServer { _ in LoopbackResponse(body: body) }
        defer { server.stop() }
        // A piece would wait for minutes.
        let client = Self.client(10)
        let (moments, moment) = AsyncStream.makeStream(of: Void.self)
        let end = SignallingEnd(length: 10_000) { moment.yield() }
        let transfer = Task {
            let body: HTTPBody = method == .put ? .stream(HTTPBodyStream(length: end.length) { end }) : .none
            return try await client.perform(HTTPRequest(method, server.url, body: body)) { end.begin($0) }
        }
        for await _ in moments { break }
        transfer.cancel()
        await #expect(throws: CancellationError.self) { try await transfer.value }
    }
}

/// A source of zeros and a sink, which signal the start of the transfer.
private final class SignallingEnd: ByteSource, ByteSink {
    let length: Int64
    private let begins: @Sendable () -> Void

    init(length: Int64, begins: @escaping @Sendable () -> Void) {
        self.length = length
        self.begins = begins
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
        begins()
        return buffer.count
    }

    func begin(_ head: HTTPResponseHead) -> any ByteSink {
        begins()
        return self
    }

    var canRestart: Bool { false }

    func append(_ bytes: UnsafeRawBufferPointer) {}

    func restart() {}
}
