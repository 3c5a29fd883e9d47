import SystemIO

/// The reason why a run has no docker: its first docker command has shown it.
///
/// Docker is judged by the words of its client alone, since the scripts make no call that asks for a daemon.
package enum DockerAbsence: Error, Equatable, Sendable, CustomStringConvertible {
    /// The command cannot be run, or reaches no daemon; with the cause.
    case noDaemon(String)
    /// The command is podman, or talks to podman; with the evidence.
    case podman(String)

    /// The rest of a sentence that begins with what is done instead.
    package var description: String {
        switch self {
        case .noDaemon(let cause): "no docker daemon can be reached (\(cause))"
        case .podman(let evidence): "docker is podman here (\(evidence))"
        }
    }

    /// Judges the first docker command of a run.
    ///
    /// - Parameter name: the command as the sentence names it, for instance `docker pull`.
    /// - Returns: `nil` if the command is docker's and has reached a daemon. A command that succeeds is docker's, whatever it prints.
    init?(_ outcome: ChildProcess.Outcome, of name: String) {
        let lines = (outcome.errors + [UInt8(ascii: "\n")] + outcome.output)
            .split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
            .map { String(nativeBytes: Array($0)).trimming(while: \.isWhitespace) }
        if let line = lines.first(where: Self.isPodmans) {
            self = .podman("\(name): \(line.prefix(200))")
        } else if !outcome.status.isSuccess, let line = lines.first(where: Self.isUnreachable) {
            self = .noDaemon("\(name): \(line.prefix(500))")
        } else {
            return nil
        }
    }

    /// Whether podman has written the line: its wrapper called docker, a pull, or `podman info`.
    private static func isPodmans(_ line: some StringProtocol) -> Bool {
        podmansLines.contains { line.hasPrefix($0) }
    }

    private static let podmansLines = [
        "Emulate Docker CLI using podman", "Getting image source signatures", "Error: initializing source docker://",
        "Cannot connect to Podman", "Error: unable to connect to Podman", "buildahVersion:",
    ]

    /// Whether docker's client says in the line that it has not reached a daemon. What a daemon answers begins otherwise, so that a
    /// registry that the daemon does not reach is no such line.
    ///
    /// By version: `Cannot connect …` up to 28 (`Is 'docker -d' running` in 1.x), `Got permission denied …` up to 20.10, `error during
    /// connect` for other transports, `failed to connect to the docker API …` and `permission denied … the docker API` from 29.
    static func isUnreachable(_ line: some StringProtocol) -> Bool {
        var words = line.lowercased()[...]
        for prefix in ["docker: ", "error: ", "failed to initialize: ", "got "] where words.hasPrefix(prefix) {
            words = words.dropFirst(prefix.count)
        }
        return clientsWords.contains { words.hasPrefix($0) }
    }

    private static let clientsWords = [
        "cannot connect to the docker daemon", "failed to connect to the docker api",
        "permission denied while trying to connect to the docker", "error during connect:",
        "an error occurred trying to connect:", "dial unix", "dial tcp",
        // Contexts and certificates that are missing: no call can reach anything.
        "unable to resolve docker endpoint", "unable to parse docker host", "current context \"",
    ]
}
