import Dispatch
import Synchronization

/// Does work that takes long and never suspends on a thread of its own, not on one of the few that tasks share.
///
/// When the task is cancelled the work is not waited for: it goes on unseen, and ends with the process at the latest.
package func onThread<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    let waiting = Mutex<CheckedContinuation<Result, any Error>?>(nil)
    let resume: @Sendable (Swift.Result<Result, any Error>) -> Void = { result in
        waiting.withLock { $0.take() }?.resume(with: result)
    }
    return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
            waiting.withLock { $0 = continuation }
            guard !Task.isCancelled else { return resume(.failure(CancellationError())) }
            // A serial queue without a target has a thread of its own while it has work. The global queues share the threads of
            // tasks, and get another only every second while those they have are blocked.
            DispatchQueue(label: "work").async { resume(Swift.Result { try work() }) }
        }
    } onCancel: {
        resume(.failure(CancellationError()))
    }
}
