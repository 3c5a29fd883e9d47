import Glibc
import Synchronization

/// Counts how often this process was continued after a stop, for instance by Ctrl-Z and `fg`.
package enum ContinueSignals {
    private static let counter = Atomic<Int>(0)

    /// The number of signals since ``startCounting()``.
    package static var count: Int { counter.load(ordering: .acquiring) }

    /// Installs the signal handler. Call it once, at the start of the program.
    package static func startCounting() {
        // Initializes the counter, which a signal handler must not do.
        _ = count
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in
            ContinueSignals.counter.add(1, ordering: .releasing)
        }
        action.sa_flags = SA_RESTART
        sigaction(SIGCONT, &action, nil)
    }
}
