import Glibc
import Synchronization

/// A server that several tests use. It starts when the first test needs it, and stops when the test process exits.
///
/// Static properties are never deinitialized, and servers stop in `deinit`: a static server of its own would outlive the process.
public final class Shared<Server: Sendable>: Sendable {
    private let start: @Sendable () async throws -> Server
    private let task = Mutex<Task<Server, any Error>?>(nil)

    /// - Parameter start: Starts the server.
    public init(_ start: @escaping @Sendable () async throws -> Server) {
        self.start = start
    }

    /// The running server.
    public var value: Server {
        get async throws {
            let task = task.withLock { task in
                if let task { return task }
                let started = Task { try await start() }
                task = started
                atProcessExit { [self] in self.task.withLock { $0 = nil } }
                return started
            }
            return try await task.value
        }
    }
}

private let exitActions = Mutex<[@Sendable () -> Void]>([])

/// Runs `action` when the process exits normally.
private func atProcessExit(_ action: @escaping @Sendable () -> Void) {
    let isFirst = exitActions.withLock { actions in
        actions.append(action)
        return actions.count == 1
    }
    guard isFirst else { return }
    atexit {
        let actions = exitActions.withLock { $0 }
        for action in actions { action() }
    }
}
