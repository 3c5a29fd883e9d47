import Dispatch
import Synchronization

/// Holds threads until a number of them have come, half a minute at the most.
final class Gate: Sendable {
    private let missing: Mutex<Int>
    private let opening = DispatchSemaphore(value: 0)

    init(count: Int) {
        missing = Mutex(count)
    }

    /// Waits for the others.
    func arrive() {
        let isLast = missing.withLock { missing in
            missing -= 1
            return missing == 0
        }
        if !isLast { _ = opening.wait(timeout: .now() + 30) }
        opening.signal()
    }
}
