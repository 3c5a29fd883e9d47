import Glibc
import Synchronization

/// The signals that ask a program to end: HUP, INT and TERM.
///
/// A program that cleans up and then dies of the same signal leaves the status behind that its caller expects.
package enum TerminationSignals {
    /// Where the signal handler writes the number of the signal.
    private static let announcement = Atomic<Int32>(-1)

    /// The first signal that has arrived; 0 for none.
    private static let first = Atomic<Int32>(0)

    /// How long a program may take to end after that, in microseconds; 0 for any time.
    private static let timeToEnd = Atomic<Int>(0)

    /// Whether such a signal has arrived, from the moment on in which it does.
    package static var haveArrived: Bool { received != nil }

    /// The first such signal that has arrived; `nil` for none.
    package static var received: Int32? {
        let signal = first.load(ordering: .acquiring)
        return signal == 0 ? nil : signal
    }

    /// Has `handler` called with the first such signal that arrives, on a thread of its own. Those that follow do nothing,
    /// but for Ctrl-C, which then ends the program as usual. To be called once, at the start of the program.
    ///
    /// Signals that whoever started the program has made it ignore, by `nohup` for instance, stay ignored.
    ///
    /// - Parameter timeToEnd: how long the program may take to end: then the signal ends it, whatever the handler and all other threads
    ///   do; `nil` for any time.
    /// - Throws: `FileError` if there is no descriptor or thread left.
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
            // The signal handler needs the writing end for as long as the program runs.
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
            // A handler is not inherited by the commands that are run; being ignored would be.
            setDisposition(of: signal) { signal in TerminationSignals.announce(signal) }
        }
    }

    /// Does what a signal handler may do (signal-safety(7)); the alarm needs no thread but the one that it interrupts.
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

    /// Ends the program by the signal, so that its parent sees that it died of it.
    package static func die(of signal: Int32) -> Never {
        setDisposition(of: signal, to: SIG_DFL)
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, signal)
        // To this thread, where it is not blocked, and so before the next line.
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
        // Calls that the handler interrupts go on by themselves where the system can do that.
        action.sa_flags = SA_RESTART
        sigaction(signal, &action, nil)
    }
}
