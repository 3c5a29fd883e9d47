import Dispatch
import Synchronization

/// Writes lines in order on a background queue, so that the callers do not wait for a terminal or a pipe that is not read.
final class BackgroundWriter: Sendable {
    private let queue = DispatchQueue(label: "console")
    private let waiting = Atomic<Int>(0)

    /// Callers wait if more lines than this are queued, which is far more than a run prints.
    private static let limit = 100_000

    func add(_ write: @escaping @Sendable () -> Void) {
        let count = waiting.add(1, ordering: .relaxed).newValue
        queue.async { [self] in
            write()
            waiting.subtract(1, ordering: .relaxed)
        }
        if count > Self.limit { finish() }
    }

    /// Waits until all added lines are written.
    func finish() {
        queue.sync {}
    }

    /// Waits until all added lines are written.
    func finish() async {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume() }
        }
    }
}
