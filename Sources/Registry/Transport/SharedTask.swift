/// A task that many wait for. A waiter that is cancelled waits no longer; the task and the others go on.
struct SharedTask<Success: Sendable>: Sendable, Equatable {
    private let task: Task<Success, any Error>

    /// Begins the work.
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
