import Engine
import SystemIO

/// The local store of docker, if a daemon answers.
package actor DockerStore: LocalStore {
    private let runner: CommandRunner
    /// Whether docker has shown that it reaches no daemon, after which it is not asked again.
    private var isAbsent = false

    /// How long a daemon may take to answer.
    private static let timeLimit: Duration = .seconds(10)

    /// The store of the daemon that the docker command finds.
    package init(runner: CommandRunner) {
        self.runner = runner
    }

    /// Looks for the image as the save script does, and saves it alone.
    package func save(_ name: ImageName, into descriptor: Int32) async throws -> Bool {
        guard !isAbsent else { return false }
        let command = ["docker", "inspect", name.text]
        do {
            let found = try await runner.quiet(command, timeLimit: Self.timeLimit)
            guard found.status.isSuccess else {
                if case .noDaemon = DockerAbsence(found, of: "docker inspect") { isAbsent = true }
                return false
            }
        } catch is ChildProcessError {
            isAbsent = true
            return false
        }
        let saved = try await runner.quiet(["docker", "save", name.text], output: .descriptor(descriptor))
        guard saved.status.isSuccess else { throw EngineError(saved.cause(of: "docker save")) }
        return true
    }
}
