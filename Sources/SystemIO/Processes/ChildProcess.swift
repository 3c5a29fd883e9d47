import Dispatch
import Glibc
import Synchronization

/// A command that is running or has ended.
///
/// The command is in the process group of this process, so that Ctrl-C reaches it and it can read from the terminal. It inherits the
/// descriptors 0, 1 and 2 only. It is reaped as soon as it ends, even if no task waits for it.
package final class ChildProcess: Sendable {
    /// The standard input of a command.
    package enum Input: Equatable, Sendable {
        /// `/dev/null`.
        case null
        /// An open descriptor, which stays the caller's.
        case descriptor(Int32)
    }

    /// The standard output or error of a command.
    package enum Output: Equatable, Sendable {
        /// `/dev/null`.
        case null
        /// An open descriptor, which stays the caller's.
        case descriptor(Int32)
        /// A pipe to ``ChildProcess/output`` or ``ChildProcess/errors``.
        case pipe
        /// Only for standard error: the same as standard output, so that the order of writing is kept.
        case asOutput
    }

    /// The name or path of the command, without its arguments.
    package let command: String
    /// The process ID.
    package let identifier: Int32
    /// The reading end of the standard output, if that is a pipe.
    package let output: File?
    /// The reading end of the standard error, if that is a pipe.
    package let errors: File?

    private enum State {
        case running([CheckedContinuation<ExitStatus, Never>])
        case ended(ExitStatus)

        var waiting: [CheckedContinuation<ExitStatus, Never>] {
            if case .running(let waiting) = self { waiting } else { [] }
        }
    }

    private let state = Mutex(State.running([]))

    /// Starts a command without a shell.
    ///
    /// - Parameters:
    ///   - command: The name or path, and the arguments. A name without a slash is searched in the `PATH` of `environment`, as `execvp`
    ///     does.
    ///   - environment: All variables of the command.
    /// - Precondition: `output` is not ``Output/asOutput``.
    /// - Throws: ``ChildProcessError`` if it cannot be started, `FileError` if a descriptor is not open.
    package static func start(
        _ command: [String],
        environment: Environment,
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
        // A serial queue without a target gets a thread of its own while it has work.
        DispatchQueue(label: "child.wait").async { process.reap() }
        return process
    }

    private init(command: String, identifier: Int32, output: File?, errors: File?) {
        self.command = command
        self.identifier = identifier
        self.output = output
        self.errors = errors
    }

    /// Waits until the command has ended. Any number of tasks can wait.
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
        // The process is reaped under the lock, so here its ID cannot belong to another process.
        state.withLock { state in
            if case .running = state { kill(identifier, signal) }
        }
    }

    /// Sends `SIGTERM`, and `SIGKILL` if the command is still running after the grace period.
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
