import Dispatch
import Glibc
import Synchronization

/// A running command, or one that has ended.
///
/// The command is in our process group, so that Ctrl-C reaches it and it may read from the terminal; it has the descriptors
/// 0, 1 and 2 and no other. It is reaped as soon as it ends, whether anyone waits or not.
package final class ChildProcess: Sendable {
    /// What a command reads.
    package enum Input: Equatable, Sendable {
        /// Nothing.
        case null
        /// What this open descriptor gives; the caller keeps it.
        case descriptor(Int32)
    }

    /// Where a command writes to.
    package enum Output: Equatable, Sendable {
        /// Nowhere.
        case null
        /// Into this open descriptor; the caller keeps it.
        case descriptor(Int32)
        /// Into a pipe, whose other end is ``ChildProcess/output`` or ``ChildProcess/errors``.
        case pipe
        /// Of standard error alone: to where standard output goes, so that what is written to both keeps its order.
        case asOutput
    }

    /// The command as it was called, without its arguments.
    package let command: String
    /// The process's number.
    package let identifier: Int32
    /// What the command writes to its standard output, if that is a pipe.
    package let output: File?
    /// What the command writes to its standard error, if that is a pipe.
    package let errors: File?

    private enum State {
        case running([CheckedContinuation<ExitStatus, Never>])
        case ended(ExitStatus)

        var waiting: [CheckedContinuation<ExitStatus, Never>] {
            if case .running(let waiting) = self { waiting } else { [] }
        }
    }

    private let state = Mutex(State.running([]))

    /// Starts a command. No shell is involved.
    ///
    /// - Parameters:
    ///   - command: its name or path and its arguments, at least one word. A name without a slash is looked for in the
    ///     directories of the `PATH` that `environment` has, as `execvp` does.
    ///   - environment: all the variables that the command gets.
    /// - Precondition: `output` is not ``Output/asOutput``.
    /// - Throws: ``ChildProcessError`` if it cannot be started, `FileError` if a descriptor is not open.
    package static func start(
        _ command: [String],
        environment: [String: String],
        input: Input = .null,
        output: Output = .null,
        errors: Output = .null
    ) throws -> ChildProcess {
        let standardInput = try input.prepared()
        let standardOutput = try output.prepared()
        let standardError =
            errors == .asOutput ? PreparedOutput(childEnd: standardOutput.childEnd) : try errors.prepared()
        let identifier = try spawn(
            command,
            environment: environment,
            descriptors: [standardInput, standardOutput.childEnd, standardError.childEnd]
        )
        let process = ChildProcess(
            command: command[0],
            identifier: identifier,
            output: standardOutput.ownEnd,
            errors: standardError.ownEnd
        )
        // A serial queue without a target has a thread of its own while it has work.
        DispatchQueue(label: "child.wait").async { process.reap() }
        return process
    }

    private init(command: String, identifier: Int32, output: File?, errors: File?) {
        self.command = command
        self.identifier = identifier
        self.output = output
        self.errors = errors
    }

    /// Waits until the command has ended. Any number of tasks may wait, at any time.
    package func wait() async -> ExitStatus {
        await withCheckedContinuation { continuation in
            let status: ExitStatus? = state.withLock { state in
                switch state {
                case .ended(let status):
                    return status
                case .running(let waiting):
                    state = .running(waiting + [continuation])
                    return nil
                }
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    /// Sends a signal, unless the command has ended.
    package func terminate(_ signal: Int32 = SIGTERM) {
        // Under the lock the process has not been reaped, so its number cannot be another's.
        state.withLock { state in
            if case .running = state { kill(identifier, signal) }
        }
    }

    /// Asks the command to end, and makes it do so if it has not after a while.
    package func stop(gracePeriod: Duration) {
        terminate(SIGTERM)
        let (seconds, attoseconds) = gracePeriod.components
        let deadline = DispatchTime.now() + .seconds(Int(seconds)) + .nanoseconds(Int(attoseconds / 1_000_000_000))
        DispatchQueue.global().asyncAfter(deadline: deadline) { [weak self] in self?.terminate(SIGKILL) }
    }

    private func reap() {
        var info = siginfo_t()
        while waitid(P_PID, id_t(identifier), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
        let (status, waiting) = state.withLock { state in
            var waitStatus: Int32 = 0
            while waitpid(identifier, &waitStatus, 0) < 0 && errno == EINTR {}
            let status = ExitStatus(waitStatus: waitStatus)
            let waiting = state.waiting
            state = .ended(status)
            return (status, waiting)
        }
        for continuation in waiting { continuation.resume(returning: status) }
    }
}
