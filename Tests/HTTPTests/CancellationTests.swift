import Dispatch
import SystemIO
import TestSupport
import Testing

@testable import HTTP

/// A hanging test means that a cancelled transfer does not end: all timeouts are a minute or more.
@Suite(.timeLimit(.minutes(1))) struct CancellationTests {
    /// The state of the transfer at the cancellation.
    enum Timestamp: CaseIterable, Sendable {
        case waitingForTheHead
        case waitingForTheBody
        case receiving
        case sending
    }

    @Test(arguments: Timestamp.allCases)
    func runningTransferEnds(_ moment: Timestamp) async throws {
        let begun = DispatchSemaphore(value: 0)
        let cancelled = DispatchSemaphore(value: 0)
        try await withServer { request in
            switch moment {
            case .waitingForTheHead:
                begun.signal()
                return LoopbackResponse(fault: .stall)
            case .waitingForTheBody:
                return LoopbackResponse(body: [1, 2], fault: .stallBody(after: 1))
            case .receiving:
                return LoopbackResponse(body: Array(repeating: 1, count: 1_000_000))
            case .sending:
                return LoopbackResponse()
            }
        } _: { server, client in
            // The first piece of the body waits for the cancellation, so it is never the last one.
            let sink = RecordingSink {
                begun.signal()
                guard moment == .receiving else { return }
                _ = cancelled.wait(timeout: .now() + 30)
                cancelled.signal()
            }
            let body: HTTPBody =
                moment == .sending ? .stream(HTTPBodyStream(length: .max) { EndlessSource(begun) }) : .none
            let transfer = Task {
                try await client.perform(
                    HTTPRequest(moment == .sending ? .put : .get, server.url, body: body),
                    into: sink
                )
            }
            await wait(for: begun)
            transfer.cancel()
            cancelled.signal()
            await #expect(throws: CancellationError.self) { try await transfer.value }
        }
    }

    @Test func waitingTransferEndsUnsent() async throws {
        let begun = DispatchSemaphore(value: 0)
        let server = try LoopbackServer { _ in
            begun.signal()
            return LoopbackResponse(fault: .stall)
        }
        defer { server.stop() }
        let pool = TransferPool(HTTPClient.Configuration(threads: 1))
        defer { pool.end() }

        let first = try transfer(server.url + "/1")
        let running = Task { try await withCheckedThrowingContinuation { pool.submit(Job(first, $0)) } }
        await wait(for: begun)
        let second = try transfer(server.url + "/2")
        await #expect(throws: CancellationError.self) {
            try await withCheckedThrowingContinuation { continuation in
                pool.submit(Job(second, continuation))
                pool.cancel(second)
            }
        }
        pool.cancel(first)
        await #expect(throws: CancellationError.self) { try await running.value }
        #expect(server.requests.map(\.target) == ["/1"])
    }

    @Test func cancelledTaskSendsNothing() async throws {
        try await withServer { _ in
            LoopbackResponse()
        } _: { server, client in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await client.collect(HTTPRequest(.get, server.url), limit: 0)
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(server.requests.isEmpty)
        }
    }

    private func transfer(_ url: String) throws -> Transfer {
        Transfer(HTTPRequest(.get, url), try HTTPAddress(url), { try RecordingSink().begin($0) })
    }

    /// Waits for at most 30 seconds.
    private func wait(for semaphore: DispatchSemaphore) async {
        let result = await withCheckedContinuation { continuation in
            DispatchQueue(label: "wait").async { continuation.resume(returning: semaphore.wait(timeout: .now() + 30)) }
        }
        #expect(result == .success)
    }
}

/// An endless source of zeros.
private final class EndlessSource: ByteSource {
    private let begun: DispatchSemaphore

    init(_ begun: DispatchSemaphore) {
        self.begun = begun
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
        begun.signal()
        return buffer.count
    }
}
