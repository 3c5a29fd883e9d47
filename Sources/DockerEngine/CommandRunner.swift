import Glibc
import Synchronization
import SystemIO

/// Runs the commands of the scripts, `docker` and `helm`, each as the scripts treat what it writes.
package struct CommandRunner: Sendable {
    /// All the variables that the commands get.
    private let variables: ExportedVariables
    private let streams: CommandStreams
    /// Judges the first command; `nil` if that decides nothing.
    private let probe: FirstCommand?

    /// Words of a command that are kept for the cause of a failure, in bytes.
    static let kept = 64 << 10

    /// - Parameters:
    ///   - environment: all the variables that the commands get.
    ///   - streams: of the commands whose output the scripts show.
    ///   - whenFound: called once the first command, a docker command, has shown that there is a docker. If there is none, that command
    ///     throws ``DockerAbsence``, and nothing of it is shown. Without `whenFound`, no command is judged.
    package init(
        environment: Environment,
        streams: CommandStreams,
        whenFound: (@Sendable () -> Void)? = nil
    ) {
        variables = ExportedVariables(environment)
        self.streams = streams
        probe = whenFound.map(FirstCommand.init)
    }

    /// All the variables that the commands get.
    var environment: Environment { variables.values }

    /// Sets a variable for all commands from now on.
    func export(_ name: String, _ value: String) { variables.set(name, value) }

    /// Runs a command of which nothing is shown. It has nothing to read, so that it cannot wait for an answer to a question that
    /// nobody sees.
    ///
    /// - Parameter timeLimit: how long it may run; without a limit, for ever.
    func quiet(
        _ command: [String],
        output: ChildProcess.Capture = .keep(last: kept),
        errors: ChildProcess.Capture = .keep(last: kept),
        timeLimit: Duration? = nil
    ) async throws -> ChildProcess.Outcome {
        try await judged(command, isFirst: isFirst, isShown: false) {
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
    ///   - input: what the command reads; `nil` for what this program would.
    ///   - showsErrors: `false` where the command may be tried again in another way.
    func shown(
        _ command: [String],
        input: ChildProcess.Input? = nil,
        output capture: ChildProcess.Capture? = nil,
        showsErrors: Bool = true
    ) async throws -> ChildProcess.Outcome {
        if capture == nil { streams.willLendOutput() }
        defer { if capture == nil { streams.didTakeOutputBack() } }
        let isFirst = isFirst
        let outcome = try await judged(command, isFirst: isFirst, isShown: true) {
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

    /// Whether the next command is the one that is judged.
    private var isFirst: Bool { probe?.begin() ?? false }

    /// - Parameter isShown: whether the command shows what it has done; if it has done it, no other engine can begin.
    /// - Throws: ``DockerAbsence`` if the command is judged, and there is no docker.
    private func judged(
        _ command: [String],
        isFirst: Bool,
        isShown: Bool,
        _ run: () async throws -> ChildProcess.Outcome
    ) async throws -> ChildProcess.Outcome {
        let outcome: ChildProcess.Outcome
        do {
            outcome = try uninterrupted(try await run())
        } catch let error as ChildProcessError where isFirst {
            throw DockerAbsence.noDaemon("\(error)")
        }
        guard isFirst else { return outcome }
        let mayBeAbsent = !(isShown && outcome.status.isSuccess)
        let name = command.prefix(2).joined(separator: " ")
        if mayBeAbsent, let absence = DockerAbsence(outcome, of: name) { throw absence }
        probe?.whenFound()
        return outcome
    }

    /// Ctrl-C on a terminal reaches the command at the same moment as this program: the run ends, and nothing has failed. A
    /// command that ends like that by itself has failed, as for a shell.
    private func uninterrupted(_ outcome: ChildProcess.Outcome) throws -> ChildProcess.Outcome {
        if TerminationSignals.haveArrived { throw CancellationError() }
        return outcome
    }
}

/// The first command of a run, which shows whether there is a docker.
private final class FirstCommand: Sendable {
    let whenFound: @Sendable () -> Void
    private let hasBegun = Atomic<Bool>(false)

    init(_ whenFound: @escaping @Sendable () -> Void) { self.whenFound = whenFound }

    /// Whether no command has begun before this one.
    func begin() -> Bool { !hasBegun.exchange(true, ordering: .relaxed) }
}

/// The variables of a script, which all of its commands get.
private final class ExportedVariables: Sendable {
    private let variables: Mutex<[String: String]>

    init(_ variables: [String: String]) { self.variables = Mutex(variables) }

    var values: [String: String] { variables.withLock(\.self) }

    func set(_ name: String, _ value: String) { variables.withLock { $0[name] = value } }
}

extension ChildProcess.Outcome {
    /// Why the command failed: its last words, after its name.
    ///
    /// - Parameter name: the command as the sentence names it, for instance `docker pull`.
    func cause(of name: String) -> String {
        let words = Self.lastWords(errors) ?? Self.lastWords(output)
        let end =
            switch status {
            case .exited(let status): "exit status \(status)"
            case .signalled(let signal): "ended by signal \(signal)"
            }
        return words.map { "\(name): \($0)" } ?? "\(name) failed without a word (\(end))"
    }

    /// The last line that says something; docker's hint at its help does not.
    private static func lastWords(_ bytes: [UInt8]) -> String? {
        String(nativeBytes: bytes)
            .split { $0.isNewline }
            .map { $0.trimming(while: \.isWhitespace) }
            .last { !$0.isEmpty && !$0.hasPrefix("See 'docker ") }
            .map { $0.count <= 1000 ? String($0) : $0.prefix(1000) + "…" }
    }
}
