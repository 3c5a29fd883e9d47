import Engine
import SystemIO

/// Docker's local store, if a daemon responds.
package actor DockerStore: LocalStore {
    private let runner: CommandRunner
    /// Whether docker has failed to reach a daemon; it is not run again.
    private var isUnavailable = false

    /// The time limit for the response of the daemon.
    private static let timeLimit: Duration = .seconds(10)

    package init(runner: CommandRunner) {
        self.runner = runner
    }

    /// Searches for the image as the save script does, and saves it alone.
    package func save(_ name: ImageName, into descriptor: Int32) async throws -> Bool {
        guard !isUnavailable else { return false }
        let command = ["docker", "inspect", name.text]
        do {
            let found = try await runner.quiet(command, timeLimit: Self.timeLimit)
            guard found.status.isSuccess else {
                if case .noDaemon = DockerUnavailable(found, of: "docker inspect") { isUnavailable = true }
                return false
            }
        } catch is ChildProcessError {
            isUnavailable = true
            return false
        }
        let saved = try await runner.quiet(["docker", "save", name.text], output: .descriptor(descriptor))
        guard saved.status.isSuccess else { throw EngineError(saved.cause(of: "docker save")) }
        return true
    }
}
