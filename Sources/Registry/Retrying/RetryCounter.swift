import Synchronization

/// Counts the retried requests and transfers of a task.
package final class RetryCounter: Sendable {
    /// The counter of the current task; `nil` for none.
    @TaskLocal package static var current: RetryCounter?

    private let made = Atomic<Int>(0)

    package init() {}

    /// The number of retries so far.
    package var count: Int { made.load(ordering: .relaxed) }

    /// Counts a retry of the current task.
    static func add() {
        current?.made.add(1, ordering: .relaxed)
    }
}
