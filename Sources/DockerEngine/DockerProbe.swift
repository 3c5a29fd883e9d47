import ChildProcess

/// Whether there is a docker to run the scripts' commands with.
package enum DockerProbe {
    /// What is there.
    package enum Finding: Sendable, Equatable {
        /// A daemon of this version answers.
        case daemon(version: String)
        /// None does, for this reason.
        case none(String)
    }

    /// Whether there is a docker command.
    ///
    /// - Parameter environment: its `PATH` is searched.
    package static func isInstalled(environment: [String: String]) -> Bool {
        ChildProcess.isInstalled("docker", environment: environment)
    }

    /// Asks the daemon for its version, once. The docker command finds the daemon, so `DOCKER_HOST` and docker's contexts count.
    ///
    /// - Parameter timeLimit: how long the daemon may take to answer.
    /// - Throws: `CancellationError`.
    package static func ask(environment: [String: String], timeLimit: Duration = .seconds(5)) async throws -> Finding {
        do {
            let outcome = try await ChildProcess.run(
                ["docker", "version", "--format", "{{.Server.Version}}"],
                environment: environment,
                output: .keep(last: 4 << 10),
                errors: .keep(last: 4 << 10),
                timeLimit: timeLimit,
                gracePeriod: .seconds(1)
            )
            let version = String(decoding: outcome.output, as: UTF8.self).filter { !$0.isWhitespace }
            guard outcome.status.isSuccess, !version.isEmpty else { return .none(outcome.cause(of: "docker version")) }
            return .daemon(version: version)
        } catch let error as ChildProcessError {
            return .none("\(error)")
        }
    }
}
