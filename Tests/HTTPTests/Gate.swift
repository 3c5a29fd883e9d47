import Dispatch
import Synchronization

/// Blocks threads until a number of them have arrived, for at most 30 seconds.
final class Gate: Sendable {
    private let missing: Mutex<Int>
    private let opening = DispatchSemaphore(value: 0)

    init(count: Int) {
        missing = Mutex(count)
    }

    /// Waits for the other threads.
    func arrive() {
        let isLast = missing.withLock { missing in
            missing -= 1
            return missing == 0
        }
        if !isLast { _ = opening.wait(timeout: .now() + 30) }
        opening.signal()
    }
}
