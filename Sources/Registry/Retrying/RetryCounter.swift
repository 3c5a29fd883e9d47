import Synchronization

/// Counts the requests and transfers that are made again, of all that a task does.
package final class RetryCounter: Sendable {
    /// The tally of the work that runs now; `nil` where nobody counts.
    @TaskLocal package static var current: RetryCounter?

    private let made = Atomic<Int>(0)

    package init() {}

    /// How many there were so far.
    package var count: Int { made.load(ordering: .relaxed) }

    /// Counts one more for the work that runs now.
    static func add() {
        current?.made.add(1, ordering: .relaxed)
    }
}
