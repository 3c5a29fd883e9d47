import Glibc

/// A thread of its own for work that blocks, where nothing else is needed for it: neither a task nor a queue.
///
/// It is unchecked `Sendable` because the identity of a thread is a number that never changes.
package final class WorkerThread: @unchecked Sendable {
    private let thread: pthread_t

    /// Starts the thread; `nil` where the system has none to give.
    package init?(_ work: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Box(work))
        var thread = pthread_t()
        let status = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                // Signals are the main thread's business; a write to a broken connection must not end the process.
                var all = sigset_t()
                sigfillset(&all)
                pthread_sigmask(SIG_BLOCK, &all, nil)
                Unmanaged<Box>.fromOpaque(context).takeRetainedValue().work()
                return nil
            },
            box.toOpaque()
        )
        guard status == 0 else {
            box.release()
            return nil
        }
        self.thread = thread
    }

    /// Waits for the end of the thread. It must be called once; on the thread itself it only lets go of it.
    package func join() {
        if pthread_equal(thread, pthread_self()) != 0 {
            pthread_detach(thread)
        } else {
            pthread_join(thread, nil)
        }
    }

    private final class Box: Sendable {
        let work: @Sendable () -> Void

        init(_ work: @escaping @Sendable () -> Void) {
            self.work = work
        }
    }
}
