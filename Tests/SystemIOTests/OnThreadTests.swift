import Dispatch
import SystemIO
import Testing

/// Blocking work outside of the cooperative pool.
@Suite(.timeLimit(.minutes(1))) struct OnThreadTests {
    private struct Failed: Error {}

    @Test func theResultOfTheWorkIsReturned() async throws {
        #expect(try await onThread { 7 } == 7)
        await #expect(throws: Failed.self) { try await onThread { throw Failed() } }
    }

    @Test func waitingWorkDoesNotBlockOtherWork() async throws {
        let gate = DispatchSemaphore(value: 0)
        let count = 100
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<count { group.addTask { try await onThread { gate.wait() } } }
            // Without a thread for this one, all would wait forever.
            group.addTask { try await onThread { for _ in 0..<count { gate.signal() } } }
            try await group.waitForAll()
        }
    }

    @Test func cancellationDoesNotWaitForTheWork() async throws {
        let (begun, gate) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        defer { gate.signal() }
        let task = Task {
            try await onThread {
                begun.signal()
                gate.wait()
            }
        }
        try await onThread { begun.wait() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func workDoesNotStartAfterCancellation() async throws {
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await onThread { _ = Issue.record("it was begun") }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
