import ByteIO
import Dispatch
import Glibc
import Synchronization

/// The signals that ask a program to end: HUP, INT and TERM.
///
/// A program that cleans up and then dies of the same signal leaves the status behind that its caller expects.
package enum TerminationSignals {
    /// Where the signal handler writes the number of the signal.
    private static let announcement = Atomic<Int32>(-1)

    private static let arrived = Atomic<Bool>(false)

    /// Whether such a signal has arrived, from the moment on in which it does.
    package static var haveArrived: Bool { arrived.load(ordering: .acquiring) }

    /// Has `handler` called with the first such signal that arrives, on a thread of its own. Those that follow do nothing,
    /// but for Ctrl-C, which then ends the program as usual. To be called once, at the start of the program.
    ///
    /// Signals that whoever started the program has made it ignore, by `nohup` for instance, stay ignored.
    ///
    /// - Throws: `FileError` if there is no descriptor left.
    package static func handleFirst(_ handler: @escaping @Sendable (Int32) -> Void) throws(FileError) {
        let (reading, writing) = try makePipe()
        announcement.store(writing.descriptor, ordering: .releasing)
        arrived.store(false, ordering: .releasing)
        for signal in [SIGHUP, SIGINT, SIGTERM] where !isIgnored(signal) {
            // A handler is not inherited by the commands that are run; being ignored would be.
            setDisposition(of: signal) { signal in
                TerminationSignals.arrived.store(true, ordering: .releasing)
                let code = errno
                var number = UInt8(truncatingIfNeeded: signal)
                _ = write(TerminationSignals.announcement.load(ordering: .acquiring), &number, 1)
                errno = code
            }
        }
        DispatchQueue(label: "signals")
            .async {
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
