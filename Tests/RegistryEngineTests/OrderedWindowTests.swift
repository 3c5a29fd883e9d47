import Synchronization
import Testing

@testable import RegistryEngine

@Suite(.timeLimit(.minutes(2))) struct OrderedWindowTests {
    private struct Refusal: Error {}

    @Test(arguments: [1, 2, 7, 100])
    func elementsAreTakenInOrderAndFewAreAhead(width: Int) async throws {
        let prepared = Mutex<Int>(0)
        var taken: [Int] = []
        try await orderedWindow(over: Array(0..<50), width: width) { element in
            // The later ones are done first.
            for _ in 0..<(50 - element) { await Task.yield() }
            prepared.withLock { $0 += 1 }
            return element * 2
        } consume: { element, result in
            #expect(result == element * 2)
            #expect(prepared.withLock(\.self) <= taken.count + width, "results wait in memory")
            taken.append(element)
            await Task.yield()
        }
        #expect(taken == Array(0..<50))
    }

    @Test(arguments: [0, 5])
    func anErrorEndsTheRest(at number: Int) async throws {
        let begun = Mutex(0)
        await #expect(throws: Refusal.self) {
            try await orderedWindow(over: Array(0..<1000), width: 3) { element in
                begun.withLock { $0 += 1 }
                if element == number { throw Refusal() }
            } consume: { _, _ in
            }
        }
        await #expect(throws: Refusal.self) {
            try await orderedWindow(over: Array(0..<1000), width: 3) { _ in
                begun.withLock { $0 += 1 }
            } consume: { element, _ in
                if element == number { throw Refusal() }
            }
        }
        #expect(begun.withLock(\.self) < 40)
    }

    @Test func noElementsAreNoWork() async throws {
        try await orderedWindow(over: [Int](), width: 3) {
            $0
        } consume: { _, _ in
            Issue.record("there is nothing")
        }
    }
}
