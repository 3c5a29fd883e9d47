import Synchronization
import Testing

@testable import RegistryEngine

@Suite(.timeLimit(.minutes(2))) struct SlidingWindowTests {
    private struct Refusal: Error {}

    /// The current and the largest number of concurrent calls.
    private final class Crowd: Sendable {
        private let state = Mutex((now: 0, most: 0))

        var most: Int { state.withLock(\.most) }

        func visit(_ work: () async throws -> Void) async rethrows {
            state.withLock { state in
                state.now += 1
                state.most = max(state.most, state.now)
            }
            try await work()
            state.withLock { $0.now -= 1 }
        }
    }

    @Test(arguments: [1, 2, 7, 100])
    func resultsComeInOrder(width: Int) async throws {
        var results: [Int] = []
        let crowd = Crowd()
        try await slidingWindow(over: Array(0..<50), width: width) { element in
            // The later ones are done first.
            await crowd.visit { for _ in 0..<(50 - element) { await Task.yield() } }
            return element * 2
        } deliver: { index, result in
            #expect(result == index * 2)
            results.append(result)
        }
        #expect(results == (0..<50).map { $0 * 2 })
        #expect(crowd.most <= width)
    }

    @Test func anErrorEndsTheRest() async throws {
        let begun = Mutex(0)
        await #expect(throws: Refusal.self) {
            try await slidingWindow(over: Array(0..<1000), width: 3) { element in
                begun.withLock { $0 += 1 }
                if element == 5 { throw Refusal() }
                // However late the fifth element runs, later elements do not end before it.
                while element > 5, !Task.isCancelled { await Task.yield() }
            } deliver: { _, _ in
            }
        }
        #expect(begun.withLock(\.self) < 20)
    }

    @Test func anErrorOfTheReceiverEndsTheRest() async throws {
        await #expect(throws: Refusal.self) {
            try await slidingWindow(over: Array(0..<1000), width: 3) {
                $0
            } deliver: { index, _ in
                if index == 5 { throw Refusal() }
            }
        }
    }

    @Test func noElementsAreNoWork() async throws {
        try await slidingWindow(over: [Int](), width: 3) {
            $0
        } deliver: { _, _ in
            Issue.record("there is nothing")
        }
    }

    @Test(arguments: [1, 3])
    func aLimiterLimitsConcurrency(limit: Int) async throws {
        let limiter = Limiter(limit)
        let crowd = Crowd()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    try await limiter.run { await crowd.visit { for _ in 0..<10 { await Task.yield() } } }
                }
            }
            try await group.waitForAll()
        }
        #expect(crowd.most <= limit)
    }

    @Test func aFailedCallReleasesTheLimiter() async throws {
        let limiter = Limiter(1)
        await #expect(throws: Refusal.self) { try await limiter.run { throw Refusal() } }
        #expect(try await limiter.run { 7 } == 7)
    }

    @Test func aCancelledWaitingCallLeavesTheLimiter() async throws {
        let limiter = Limiter(1)
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let (inside, entered) = AsyncStream.makeStream(of: Void.self)
        let first = Task {
            try await limiter.run {
                entered.finish()
                for await _ in gate {}
            }
        }
        for await _ in inside {}
        let second = Task { try await limiter.run { Issue.record("it was cancelled") } }
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        open.finish()
        try await first.value
        #expect(try await limiter.run { 7 } == 7)
    }

    @Test func completionResumesWaitingAndLaterTasks() async throws {
        let ledger = CompletionTracker<String>()
        let waiting = (0..<5).map { _ in Task { await ledger.isDone("a") } }
        await ledger.settle("a", true)
        await ledger.settle("a", false)
        for task in waiting { #expect(await task.value) }
        #expect(await ledger.isDone("a"), "what is settled stays")
        await ledger.settle("b", false)
        #expect(await ledger.isDone("b") == false)
    }

    @Test func stagesOverlapWithWork() async throws {
        // Each work waits until the next element has come through the stage: without the overlap it would wait for ever.
        let staged = CompletionTracker<Int>()
        var results: [Int] = []
        try await stagedWindow(over: Array(0..<20), width: 2) { element in
            await staged.settle(element, true)
            return element
        } work: { element in
            if element + 1 < 20 { _ = await staged.isDone(element + 1) }
            return element * 2
        } deliver: {
            results.append($0)
        }
        #expect(results == (0..<20).map { $0 * 2 })
    }

    @Test func theStageHasOneElementAtATime() async throws {
        let stage = Crowd()
        let all = Crowd()
        try await stagedWindow(over: Array(0..<50), width: 3) { element in
            await stage.visit { for _ in 0..<5 { await Task.yield() } }
            return element
        } work: { element in
            await all.visit { for _ in 0..<(50 - element) { await Task.yield() } }
        } deliver: { _ in
        }
        #expect(stage.most == 1)
        #expect(all.most <= 3)
    }
}
