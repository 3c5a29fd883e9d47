import Engine
import Glibc
import ImageArchive
import SystemIO

/// Loads an archive and pushes its images with the docker commands of the load scripts, in their order.
package struct DockerLoader: LoadEngine {
    private let runner: CommandRunner
    private let archive: [String]
    private let parts: ArchiveLocation?
    private let isInsecure: @Sendable (_ registry: String) async -> Bool
    private let isStrict: Bool
    private let counters: TransferCounters
    private let chartSubstitute: ChartSubstitute?

    /// - Parameters:
    ///   - archive: the path after the shell's word splitting, which can give any number of paths.
    ///   - parts: the archive if it is split; docker reads the joined parts.
    ///   - isInsecure: whether `docker manifest` may use plain HTTP for a registry, `HOST[:PORT]`.
    ///   - isStrict: whether a manifest list is skipped if one of its images, or the list itself, failed in this run. The script pushes the
    ///     list nevertheless, from images of earlier runs.
    ///   - chartSubstitute: creates the handler of charts if neither docker nor helm handles them; `nil` for an error.
    package init(
        runner: CommandRunner,
        archive: [String],
        parts: ArchiveLocation? = nil,
        isInsecure: @escaping @Sendable (_ registry: String) async -> Bool,
        isStrict: Bool = false,
        counters: TransferCounters,
        chartSubstitute: ChartSubstitute? = nil
    ) {
        self.chartSubstitute = chartSubstitute
        self.counters = counters
        self.runner = runner
        self.archive = archive
        self.parts = parts
        self.isInsecure = isInsecure
        self.isStrict = isStrict
    }

    /// Checks docker and helm, as the scripts do.
    package func chartHandling() async throws -> ChartHandling {
        try await HelmCharts.handling(runner, otherwise: chartSubstitute)
    }

    /// Runs `docker load`, which refuses any number of paths but one.
    package func load() async throws -> LoadedArchive {
        counters.enter(.loading)
        defer { counters.enter(nil) }
        if let parts { return try await load(parts) }
        let command = ["docker", "load", "--input"] + archive
        let cause = cause(try await runner.shown(command), "docker load")
        return LoadedArchive(cause: cause, isMissing: cause != nil && isMissing)
    }

    /// Whether the archive has one path and no file exists there.
    private var isMissing: Bool {
        guard archive.count == 1, let path = archive.first else { return false }
        var status = stat()
        return stat(path.nativeCString, &status) != 0 && (errno == ENOENT || errno == ENOTDIR)
    }

    /// Runs `docker load` with the joined parts as standard input.
    private func load(_ parts: ArchiveLocation) async throws -> LoadedArchive {
        let content = try parts.open()
        let stream = try CommandStream()
        async let written: Void = stream.write(content)
        let outcome = try await runner.shown(["docker", "load"], input: .descriptor(stream.readingDescriptor))
        stream.endOfReading()
        do {
            try await written
        } catch let error as FileError where error.path != CommandStream.name {
            return LoadedArchive(cause: "\(parts): \(error)")
        } catch is FileError {
            // Docker stopped reading and has printed the reason.
        }
        return LoadedArchive(cause: cause(outcome, "docker load"))
    }

    /// Performs the steps one at a time; docker prints its own lines.
    package func perform(_ steps: [LoadStep], onEvent: @escaping @Sendable (LoadEvent) -> Void) async throws {
        counters.plan(items: steps.count)
        var failedTargets: Set<ImageName> = []
        for step in steps {
            onEvent(.started(step))
            let start = ContinuousClock.now
            var outcome: LoadOutcome
            switch step.action {
            case .push(let source):
                outcome = LoadOutcome(step, cause: try await push(source.text, as: step.target.text))
            case .manifestList(_, let members):
                if isStrict, let member = members.first(where: failedTargets.contains) {
                    outcome = LoadOutcome(step, cause: "\(member.text) was not pushed; no manifest list is made")
                } else {
                    outcome = try await push(list: step, of: members.map(\.text))
                }
            }
            if outcome.cause != nil { failedTargets.insert(step.target) }
            outcome.statistics = TransferStatistics(duration: start.duration(to: .now), tries: nil)
            onEvent(.finished(outcome))
            counters.finishItem()
        }
    }

    /// Tags and pushes an image. If the tag fails, nothing is pushed (D9): an older image could have the name.
    private func push(_ source: String, as target: String) async throws -> String? {
        if let failure = cause(try await runner.shown(["docker", "tag", source, target]), "docker tag") {
            return "\(failure); \(target) is not pushed"
        }
        return cause(try await runner.shown(["docker", "push", target]), "docker push")
    }

    /// Creates and pushes a manifest list. If it could not be created, it is pushed as in the script, unless the run is strict.
    private func push(list step: LoadStep, of members: [String]) async throws -> LoadOutcome {
        let target = step.target.text
        let (created, createNotice) = try await manifest("create", [target] + members + ["--amend"], for: target)
        if isStrict, let failure = cause(created, "docker manifest create") {
            return LoadOutcome(
                step,
                notices: [createNotice].compactMap(\.self),
                cause: "\(failure); the manifest list is not pushed"
            )
        }
        let (pushed, pushNotice) = try await manifest("push", [target, "--purge"], for: target)
        return LoadOutcome(
            step,
            notices: [createNotice, pushNotice].compactMap(\.self),
            cause: cause(created, "docker manifest create") ?? cause(pushed, "docker manifest push")
        )
    }

    /// Runs `docker manifest`, which ignores the daemon's insecure registries. If it fails for such a registry, it is retried with
    /// `--insecure` (D14).
    private func manifest(
        _ verb: String,
        _ arguments: [String],
        for target: String
    ) async throws -> (ChildProcess.Outcome, Notice?) {
        let command = ["docker", "manifest", verb] + arguments
        // The command is experimental before docker 20.10. As in the script, the variable stays set for later commands.
        runner.export("DOCKER_CLI_EXPERIMENTAL", "enabled")
        let registry = target.firstIndex(of: "/").map { String(target[..<$0]) }
        let mayBeInsecure = if let registry { await isInsecure(registry) } else { false }
        let outcome = try await runner.shown(command, showsErrors: !mayBeInsecure)
        guard mayBeInsecure, !outcome.status.isSuccess else { return (outcome, nil) }
        let second = try await runner.shown(command + ["--insecure"])
        guard second.status.isSuccess else { return (second, nil) }
        let sentence = "\(target): docker manifest \(verb) took --insecure, as docker itself treats the registry"
        return (second, Notice(.insecureRegistry, sentence))
    }

    private func cause(_ outcome: ChildProcess.Outcome, _ name: String) -> String? {
        outcome.status.isSuccess ? nil : outcome.cause(of: name)
    }
}
