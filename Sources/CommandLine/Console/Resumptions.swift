import Glibc
import Synchronization

/// Counts how often this process was stopped, by Ctrl-Z for instance, and has gone on.
package enum Resumptions {
    private static let counter = Atomic<Int>(0)

    /// How often so far, from ``begin()`` on.
    package static var count: Int { counter.load(ordering: .acquiring) }

    /// Begins to count. To be called once, at the start of the program.
    package static func begin() {
        // The counter is made before a signal needs it.
        _ = count
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in
            Resumptions.counter.add(1, ordering: .releasing)
        }
        action.sa_flags = SA_RESTART
        sigaction(SIGCONT, &action, nil)
    }
}
