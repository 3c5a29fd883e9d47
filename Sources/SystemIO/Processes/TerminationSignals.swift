import Glibc
import Synchronization

/// The signals that ask a program to end: HUP, INT and TERM.
///
/// A program should clean up and then die of the same signal, so that its caller sees the expected status.
package enum TerminationSignals {
    /// The descriptor that the signal handler writes the number of the signal to.
    private static let announcement = Atomic<Int32>(-1)

    /// The first signal that has arrived; 0 for none.
    private static let first = Atomic<Int32>(0)

    /// The time to end after the first signal, in microseconds; 0 for no limit.
    private static let timeToEnd = Atomic<Int>(0)

    /// Whether a termination signal has arrived.
    package static var haveArrived: Bool { received != nil }

    /// The first termination signal that has arrived; `nil` for none.
    package static var received: Int32? {
        let signal = first.load(ordering: .acquiring)
        return signal == 0 ? nil : signal
    }

    /// Calls `handler` with the first termination signal, on a separate thread. Later signals do nothing, except Ctrl-C, which then ends
    /// the program. To be called once, at the start of the program.
    ///
    /// Signals that the caller of the program ignores, for instance by `nohup`, stay ignored.
    ///
    /// - Parameter timeToEnd: The time after which the signal ends the program, even if its threads are blocked; `nil` for no limit.
    /// - Throws: `FileError` if no descriptor or thread is left.
    package static func handleFirst(
        timeToEnd: Duration? = nil,
        _ handler: @escaping @Sendable (Int32) -> Void
    ) throws(FileError) {
        let (reading, writing) = try makePipe()
        announcement.store(writing.descriptor, ordering: .releasing)
        first.store(0, ordering: .releasing)
        let (seconds, attoseconds) = (timeToEnd ?? .zero).components
        Self.timeToEnd.store(Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000), ordering: .releasing)
        let thread = WorkerThread {
            // The signal handler needs the writing end until the program ends.
            withExtendedLifetime(writing) {
                var hasHandled = false
                while let signal = try? reading.readBytes(1).first {
                    guard !hasHandled else { continue }
                    hasHandled = true
                    setDisposition(of: SIGINT, to: SIG_DFL)
                    handler(Int32(signal))
                }
            }
        }
        guard thread != nil else { throw FileError(operation: "start", path: "a thread", code: EAGAIN) }
        setDisposition(of: SIGALRM) { _ in
            TerminationSignals.die(of: TerminationSignals.first.load(ordering: .acquiring))
        }
        for signal in [SIGHUP, SIGINT, SIGTERM] where !isIgnored(signal) {
            // Commands do not inherit a handler, but would inherit an ignored signal.
            setDisposition(of: signal) { signal in TerminationSignals.announce(signal) }
        }
    }

    /// Writes the signal to the pipe and sets the alarm, by calls that are safe in a signal handler (signal-safety(7)).
    private static func announce(_ signal: Int32) {
        let code = errno
        if first.compareExchange(expected: 0, desired: signal, ordering: .acquiringAndReleasing).exchanged {
            let time = timeToEnd.load(ordering: .acquiring)
            var timer = itimerval()
            timer.it_value = timeval(tv_sec: time / 1_000_000, tv_usec: time % 1_000_000)
            if time > 0 { setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil) }
        }
        var number = UInt8(truncatingIfNeeded: signal)
        _ = write(announcement.load(ordering: .acquiring), &number, 1)
        errno = code
    }

    /// Ends the program by `signal`, so that its parent sees that status.
    package static func die(of signal: Int32) -> Never {
        setDisposition(of: signal, to: SIG_DFL)
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, signal)
        // Unblocked in this thread, the signal ends the program before `exit`.
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        raise(signal)
        exit(128 + signal)
    }

    private static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(signal, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    private static func setDisposition(of signal: Int32, to handler: (@convention(c) (Int32) -> Void)?) {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = handler
        // The system restarts the calls that the handler interrupts.
        action.sa_flags = SA_RESTART
        sigaction(signal, &action, nil)
    }
}
