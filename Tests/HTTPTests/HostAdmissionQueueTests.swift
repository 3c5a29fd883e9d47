import Synchronization
import TestSupport
import Testing

@testable import HTTP

/// Requests that wait for admission to one host.
@Suite(.timeLimit(.minutes(5))) struct HostAdmissionQueueTests {
    /// Records entries in order.
    private final class Log<Entry: Sendable>: Sendable {
        private let entries = Mutex<[Entry]>([])

        var all: [Entry] { entries.withLock(\.self) }

        /// - Returns: The number of entries.
        @discardableResult
        func add(_ entry: Entry) -> Int {
            entries.withLock { entries in
                entries.append(entry)
                return entries.count
            }
        }
    }

    @Test func allRequestsBackOffFromABusyHost() async throws {
        let arrivals = Log<ContinuousClock.Instant>()
        let server = try LoopbackServer { _ in
            arrivals.add(.now) == 1 ? LoopbackResponse(status: 429, headers: ["Retry-After": "1"]) : LoopbackResponse()
        }
        defer { server.stop() }
        let client = HTTPClient()
        #expect(try await client.collect(HTTPRequest(.get, server.url), limit: 0).head.status == 429)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask { _ = try await client.collect(HTTPRequest(.get, server.url), limit: 0) }
            }
            try await group.waitForAll()
        }
        let times = arrivals.all
        #expect(times.count == 4)
        // The back-off starts with the response, after the request arrived.
        #expect(times.dropFirst().allSatisfy { times[0].duration(to: $0) >= .seconds(1) })
    }

    @Test func healthOfHostsIsReported() async throws {
        let answers: [LoopbackResponse] = [
            .init(status: 404), .init(status: 500), .init(body: [1, 2], fault: .cutBody(after: 1)), .init(status: 503),
            .init(),
        ]
        let asked = Log<Void>()
        let server = try LoopbackServer { _ in answers[min(asked.add(()), answers.count) - 1] }
        let health = Log<HostHealth>()
        let hosts = Log<String>()
        let configuration = HTTPClient.Configuration(
            busyPause: .milliseconds(1),
            hostHandler: { host, state in
                hosts.add(host)
                health.add(state)
            }
        )
        let client = HTTPClient(configuration)
        for _ in answers { _ = try? await client.collect(HTTPRequest(.get, server.url), limit: 10) }
        #expect(health.all == [.healthy, .failing, .interrupted, .busy(retryAfter: nil), .healthy])
        server.stop()
        _ = try? await client.collect(HTTPRequest(.get, server.url), limit: 10)
        #expect(health.all.last == .unreachable)
        #expect(Set(hosts.all) == [server.authority])
    }

    @Test func cancelledRequestLeavesTheQueue() async throws {
        let queue = HostAdmissionQueue(HostConcurrencyLimit(pause: .seconds(1000), longestPause: .seconds(1000)))
        queue.leave(try await queue.enter(), .busy(retryAfter: nil))
        let task = Task { try await queue.enter() }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
    }

    @Test func requestsAreAdmittedInOrder() async throws {
        let queue = HostAdmissionQueue(HostConcurrencyLimit(pause: .zero, longestPause: .zero))
        queue.leave(try await queue.enter(), .interrupted)
        let first = try await queue.enter()
        let order = Log<Int>()
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        var signals = begun.makeAsyncIterator()
        var tasks: [Task<Void, any Error>] = []
        for number in 0..<5 {
            tasks.append(
                Task {
                    begin.yield()
                    let pass = try await queue.enter()
                    order.add(number)
                    queue.leave(pass, .interrupted)
                }
            )
            await signals.next()
            while queue.state.withLock({ $0.waiting.count }) <= number { await Task.yield() }
        }
        queue.leave(first, .healthy)
        for task in tasks { try await task.value }
        #expect(order.all == [0, 1, 2, 3, 4])
    }
}
