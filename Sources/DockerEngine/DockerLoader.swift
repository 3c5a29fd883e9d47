import ChildProcess
import ImageEngine
import ScriptInterface

/// Loads an archive and pushes its images with the docker commands of the load scripts, in their order.
public struct DockerLoader: LoadEngine {
    private let runner: CommandRunner
    private let archive: String
    private let insecure: InsecureRegistries

    /// A loader of the archive called `archive`.
    ///
    /// - Parameters:
    ///   - runner: its console gets what the scripts show.
    ///   - insecure: where `docker manifest` may go without TLS.
    public init(runner: CommandRunner, archive: String, insecure: InsecureRegistries) {
        self.runner = runner
        self.archive = archive
        self.insecure = insecure
    }

    /// Asks docker and helm, as the scripts do.
    public func chartHandling() async throws -> ChartHandling {
        try await HelmCharts.handling(runner)
    }

    /// Runs `docker load`. An empty path is none, as it is in the script: docker would read its standard input for one.
    public func load() async throws -> String? {
        let command = ["docker", "load", "--input"] + (archive.isEmpty ? [] : [archive])
        return cause(try await runner.shown(command), "docker load")
    }

    /// Does one step after the other.
    public func perform(_ steps: [LoadStep], observer: any LoadObserver) async throws {
        for (index, step) in steps.enumerated() {
            observer.willPerform(index)
            let cause =
                switch step {
                case .push(let source, let target): try await push(source, as: target)
                case .manifestList(let target, let members): try await pushList(target, of: members)
                }
            observer.didPerform(index, cause: cause)
        }
    }

    /// Without the tag nothing is pushed (D9): an older image could have the name.
    private func push(_ source: String, as target: String) async throws -> String? {
        if let failure = cause(try await runner.shown(["docker", "tag", source, target]), "docker tag") {
            return "\(failure); \(target) is not pushed"
        }
        return cause(try await runner.shown(["docker", "push", target]), "docker push")
    }

    /// The list is pushed even where it could not be made, as the script does.
    private func pushList(_ target: String, of members: [String]) async throws -> String? {
        let created = try await manifest(["create", target] + members + ["--amend"], for: target)
        let pushed = try await manifest(["push", target, "--purge"], for: target)
        return cause(created, "docker manifest create") ?? cause(pushed, "docker manifest push")
    }

    /// Runs `docker manifest`, which knows nothing of the daemon's insecure registries: where it fails for such a registry, it
    /// is run again with `--insecure` (D14).
    private func manifest(_ words: [String], for target: String) async throws -> ChildProcess.Outcome {
        let command = ["docker", "manifest"] + words
        // Before docker 20.10 it is an experimental command.
        let variables = ["DOCKER_CLI_EXPERIMENTAL": "enabled"]
        let mayBeInsecure = insecure.contains(registryOf: target)
        let outcome = try await runner.shown(command, with: variables, showsErrors: !mayBeInsecure)
        guard mayBeInsecure, !outcome.status.isSuccess else { return outcome }
        let second = try await runner.shown(command + ["--insecure"], with: variables)
        if second.status.isSuccess {
            runner.console.warn(
                "\(target): docker manifest \(words[0]) took --insecure, as docker itself treats the registry"
            )
        }
        return second
    }

    private func cause(_ outcome: ChildProcess.Outcome, _ name: String) -> String? {
        outcome.status.isSuccess ? nil : outcome.cause(of: name)
    }
}
