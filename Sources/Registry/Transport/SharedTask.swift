/// A task with many waiters. A cancelled waiter stops waiting; the task and the other waiters continue.
struct SharedTask<Success: Sendable>: Sendable, Equatable {
    private let task: Task<Success, any Error>

    /// Starts the work.
    init(_ work: @escaping @Sendable () async throws -> Success) {
        task = Task(operation: work)
    }

    /// The result of the work.
    var value: Success {
        get async throws {
            let (values, continuation) = AsyncThrowingStream.makeStream(of: Success.self)
            Task { [task] in
                continuation.yield(with: await task.result)
                continuation.finish()
            }
            for try await value in values { return value }
            throw CancellationError()
        }
    }
}
