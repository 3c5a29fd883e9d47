import Glibc

/// A thread that a test server runs on.
final class TestThread: @unchecked Sendable {
    private let thread: pthread_t

    init(_ work: @escaping @Sendable () -> Void) throws {
        let box = Unmanaged.passRetained(Box(work))
        var thread = pthread_t()
        let status = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Box>.fromOpaque(context).takeRetainedValue().work()
                return nil
            },
            box.toOpaque()
        )
        guard status == 0 else {
            box.release()
            throw TestSupportError("no thread can be started", status)
        }
        self.thread = thread
    }

    /// Waits for its end; to be called once.
    func join() {
        pthread_join(thread, nil)
    }

    private final class Box: Sendable {
        let work: @Sendable () -> Void

        init(_ work: @escaping @Sendable () -> Void) {
            self.work = work
        }
    }
}
