import Dispatch
import Synchronization

/// Writes lines on a thread of its own, in the order in which they come: whoever has something to say does not wait for a terminal or
/// a pipe that is not read.
final class Delivery: Sendable {
    private let queue = DispatchQueue(label: "console")
    private let waiting = Atomic<Int>(0)

    /// Far more lines than a run prints while nobody reads; with more, those who print wait.
    private static let limit = 100_000

    func add(_ write: @escaping @Sendable () -> Void) {
        let count = waiting.add(1, ordering: .relaxed).newValue
        queue.async { [self] in
            write()
            waiting.subtract(1, ordering: .relaxed)
        }
        if count > Self.limit { finish() }
    }

    /// Waits until everything is written that has been added.
    func finish() {
        queue.sync {}
    }

    /// Waits until everything is written that has been added.
    func finish() async {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume() }
        }
    }
}
