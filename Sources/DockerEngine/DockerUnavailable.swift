import SystemIO

/// The reason that docker is not available, from the first docker command of a run.
///
/// Only the output of docker's client is checked, because the scripts run no command that tests the daemon.
package enum DockerUnavailable: Error, Equatable, Sendable, CustomStringConvertible {
    /// The command cannot be run or reaches no daemon, with the cause.
    case noDaemon(String)
    /// The command is podman or connects to podman, with the evidence.
    case podman(String)

    /// The end of a sentence about the engine that is used instead.
    package var description: String {
        switch self {
        case .noDaemon(let cause): "no docker daemon can be reached (\(cause))"
        case .podman(let evidence): "docker is podman here (\(evidence))"
        }
    }

    /// Checks the first docker command of a run.
    ///
    /// - Parameter name: the command's name in the sentence, for instance `docker pull`.
    /// - Returns: `nil` if the command is docker's and has reached a daemon. A successful command has, unless podman printed a line.
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

    /// Whether podman has written the line: its `docker` wrapper, a pull or `podman info`.
    private static func isPodmans(_ line: some StringProtocol) -> Bool {
        podmansLines.contains { line.hasPrefix($0) }
    }

    private static let podmansLines = [
        "Emulate Docker CLI using podman", "Getting image source signatures", "Error: initializing source docker://",
        "Cannot connect to Podman", "Error: unable to connect to Podman", "buildahVersion:",
    ]

    /// Whether the line is an error of docker's client that cannot reach a daemon. Responses of a daemon start differently, also about
    /// a registry that the daemon cannot reach.
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
