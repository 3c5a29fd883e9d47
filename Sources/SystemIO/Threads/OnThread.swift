import Dispatch
import Synchronization

/// Runs work that blocks on a separate thread, outside of the cooperative pool.
///
/// When the task is cancelled, the function throws at once, and the work continues in the background.
package func onThread<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    let waiting = Mutex<CheckedContinuation<Result, any Error>?>(nil)
    let resume: @Sendable (Swift.Result<Result, any Error>) -> Void = { result in
        waiting.withLock { $0.take() }?.resume(with: result)
    }
    return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
            waiting.withLock { $0 = continuation }
            guard !Task.isCancelled else { return resume(.failure(CancellationError())) }
            // A serial queue without a target gets a thread of its own while it has work. The global queues share the threads of
            // tasks, and get one more thread only every second while all of theirs are blocked.
            DispatchQueue(label: "work").async { resume(Swift.Result { try work() }) }
        }
    } onCancel: {
        resume(.failure(CancellationError()))
    }
}
