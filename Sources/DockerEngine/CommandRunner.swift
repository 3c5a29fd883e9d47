import Glibc
import Synchronization
import SystemIO

/// Runs the commands of the scripts, `docker` and `helm`, and treats their output as the scripts do.
package final class CommandRunner: Sendable {
    private let variables: Mutex<Environment>
    private let streams: CommandStreams
    /// Called after the first command has reached a docker daemon; `nil` if no command is checked.
    private let whenFound: (@Sendable () -> Void)?
    /// Whether a command has started.
    private let hasStarted = Atomic<Bool>(false)

    /// The size limit of the output kept for the cause of a failure, in bytes.
    static let kept = 64 << 10

    /// - Parameters:
    ///   - environment: the complete environment of the commands.
    ///   - streams: the streams for the commands whose output the scripts show.
    ///   - whenFound: called after the first command, a docker command, has reached a docker daemon. If it has not, the command throws
    ///     ``DockerUnavailable`` and its output is not shown. Without `whenFound`, no command is checked.
    package init(
        environment: Environment,
        streams: CommandStreams,
        whenFound: (@Sendable () -> Void)? = nil
    ) {
        variables = Mutex(environment)
        self.streams = streams
        self.whenFound = whenFound
    }

    /// The complete environment of the commands.
    var environment: Environment { variables.withLock(\.self) }

    /// Sets a variable for all later commands.
    func export(_ name: String, _ value: String) { variables.withLock { $0[name] = value } }

    /// Runs a command without showing its output. Its standard input is empty, so that it cannot wait at a prompt that is not shown.
    ///
    /// - Parameter timeLimit: the time limit of the command; `nil` for no limit.
    func quiet(
        _ command: [String],
        output: ChildProcess.Capture = .keep(last: kept),
        errors: ChildProcess.Capture = .keep(last: kept),
        timeLimit: Duration? = nil
    ) async throws -> ChildProcess.Outcome {
        try await checked(command, isFirst: startsFirst(), isShown: false) {
            try await ChildProcess.run(
                command,
                environment: environment,
                output: output,
                errors: errors,
                timeLimit: timeLimit
            )
        }
    }

    /// Runs a command whose output the scripts show.
    ///
    /// - Parameters:
    ///   - input: the standard input of the command; `nil` for that of this program.
    ///   - showsErrors: `false` if the command may be retried in another way.
    func shown(
        _ command: [String],
        input: ChildProcess.Input? = nil,
        output capture: ChildProcess.Capture? = nil,
        showsErrors: Bool = true
    ) async throws -> ChildProcess.Outcome {
        if capture == nil { streams.willLendOutput() }
        defer { if capture == nil { streams.didTakeOutputBack() } }
        let isFirst = startsFirst()
        let outcome = try await checked(command, isFirst: isFirst, isShown: true) {
            try await ChildProcess.run(
                command,
                environment: environment,
                input: input ?? (fcntl(STDIN_FILENO, F_GETFD) < 0 ? .null : .descriptor(STDIN_FILENO)),
                output: capture ?? .descriptor(streams.output.descriptor),
                errors: showsErrors && !isFirst
                    ? .tee(streams.errors, keepLast: Self.kept) : .keep(last: Self.kept)
            )
        }
        if showsErrors, isFirst { try outcome.errors.withUnsafeBytes { try streams.errors($0) } }
        return outcome
    }

    /// Records the start of a command, and returns whether the command is the first and is checked.
    private func startsFirst() -> Bool { whenFound != nil && !hasStarted.exchange(true, ordering: .relaxed) }

    /// - Parameter isShown: whether the output is shown; after a successful command with output, no other engine can start.
    /// - Throws: ``DockerUnavailable`` if the first command has not reached a docker daemon.
    private func checked(
        _ command: [String],
        isFirst: Bool,
        isShown: Bool,
        _ run: () async throws -> ChildProcess.Outcome
    ) async throws -> ChildProcess.Outcome {
        let outcome: ChildProcess.Outcome
        do {
            outcome = try uninterrupted(try await run())
        } catch let error as ChildProcessError where isFirst {
            throw DockerUnavailable.noDaemon("\(error)")
        }
        guard isFirst else { return outcome }
        let mayBeUnavailable = !(isShown && outcome.status.isSuccess)
        let name = command.prefix(2).joined(separator: " ")
        if mayBeUnavailable, let error = DockerUnavailable(outcome, of: name) { throw error }
        whenFound?()
        return outcome
    }

    /// Throws `CancellationError` after Ctrl-C on a terminal, which reaches the command and this program at the same time. A command
    /// that ends alone as if by a signal has failed, as for a shell.
    private func uninterrupted(_ outcome: ChildProcess.Outcome) throws -> ChildProcess.Outcome {
        if TerminationSignals.haveArrived { throw CancellationError() }
        return outcome
    }
}

extension ChildProcess.Outcome {
    /// Returns the reason that the command failed: its name and the last line of its output.
    ///
    /// - Parameter name: the command's name in the sentence, for instance `docker pull`.
    func cause(of name: String) -> String {
        let line = Self.lastLine(errors) ?? Self.lastLine(output)
        let end =
            switch status {
            case .exited(let status): "exit status \(status)"
            case .signalled(let signal): "ended by signal \(signal)"
            }
        return line.map { "\(name): \($0)" } ?? "\(name) failed without a word (\(end))"
    }

    /// Returns the last line that is not empty and not docker's hint at its help.
    private static func lastLine(_ bytes: [UInt8]) -> String? {
        String(nativeBytes: bytes)
            .split { $0.isNewline }
            .map { $0.trimming(while: \.isWhitespace) }
            .last { !$0.isEmpty && !$0.hasPrefix("See 'docker ") }
            .map { $0.count <= 1000 ? String($0) : $0.prefix(1000) + "…" }
    }
}
