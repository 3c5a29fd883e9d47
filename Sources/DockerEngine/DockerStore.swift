import ChildProcess
import ImageEngine

/// The local store of docker, where a daemon answers.
package actor DockerStore: LocalStore {
    private let runner: CommandRunner
    private var finding: Task<DockerProbe.Finding, any Error>?

    /// The store of the daemon that the docker command finds.
    package init(runner: CommandRunner) {
        self.runner = runner
    }

    /// Looks for the image as the save script does, and saves it alone.
    package func save(_ name: ImageName, into descriptor: Int32) async throws -> Bool {
        guard case .daemon = try await find() else { return false }
        guard try await runner.quiet(["docker", "inspect", name.text]).status.isSuccess else { return false }
        let saved = try await runner.quiet(["docker", "save", name.text], output: .descriptor(descriptor))
        guard saved.status.isSuccess else { throw DockerEngineError(description: saved.cause(of: "docker save")) }
        return true
    }

    /// Asked once, so that a daemon that does not answer costs its time limit once.
    private func find() async throws -> DockerProbe.Finding {
        let environment = runner.environment
        let task = finding ?? Task { try await DockerProbe.ask(environment: environment) }
        finding = task
        return try await task.value
    }
}
