import CommandLine
import DockerEngine
import Engine
import HTTP
import ImageArchive
import Registry
import RegistryEngine
import SystemIO

// The docker engine of a run.

extension CompositionRoot {
    func dockerSaver(
        _ archive: String,
        _ console: Console,
        _ runner: CommandRunner,
        output: @escaping @Sendable () async throws -> DockerSaver.Output
    ) -> DockerSaver {
        let level = options.extensions.compressionLevel
        return DockerSaver(
            runner: runner,
            procedure: options.mode == .shell ? .shell(compressionLevel: level) : .powerShell,
            archive: archive,
            output: output,
            counters: counters,
            chartSubstitute: chartSubstitute(console)
        )
    }

    func dockerOutput(_ archive: String, _ console: Console) async throws -> DockerSaver.Output {
        let paths = paths(archive)
        guard paths.count <= 1 else { return .refused(severalFiles(archive, paths.count)) }
        return .archive(
            try await output(
                paths.first ?? archive,
                continues: false,
                // PowerShell's script has docker write the file, unless that is in parts.
                isWrittenInOrder: options.mode == .shell || options.extensions.partSize != nil,
                console: console
            )
        )
    }

    func dockerLoader(_ archive: String, _ console: Console, _ runner: CommandRunner) -> DockerLoader {
        // What is wrong with the daemon's file is for docker to tell.
        let hosts = insecureHosts(DaemonConfiguration(environment: environment) { _ in })
        let locations = ArchiveLocation.all(of: options.archives)
        if locations.count > 1 {
            console.remark(
                "of several --images docker loads the last, \(archive), as in the script: --engine registry loads all"
            )
        }
        return DockerLoader(
            runner: runner,
            archive: paths(archive),
            parts: (locations.count == 1 ? locations : [ArchiveLocation(archive)]).first { $0.isInParts },
            // The daemon takes this machine's own registries for such too.
            isInsecure: { Authority($0)?.isLoopback == true ? true : await hosts.contains($0) },
            isStrict: options.extensions.strict,
            counters: counters,
            chartSubstitute: chartSubstitute(console)
        )
    }

    /// What moves charts where neither docker nor helm can (D13); `nil` where docker is named, which is then told as in the scripts.
    private func chartSubstitute(_ console: Console) -> ChartSubstitute? {
        guard options.extensions.engine != .docker else { return nil }
        return {
            console.remark(
                "docker has no containerd image store, and there is no helm 3.8 or later: the charts are moved without them"
            )
            let client = try await client(console)
            return RegistryCharts(
                client: client,
                projects: projects(client),
                counters: counters,
                notice: notices.take
            )
        }
    }

    /// - Parameter notes: gets what is to be told once the first command has shown that there is a docker; `nil` if that decides nothing.
    func runner(_ console: Console, choosingEngine notes: Console? = nil) -> CommandRunner {
        var whenFound: (@Sendable () -> Void)?
        if let notes { whenFound = { noteDocker(notes) } }
        return CommandRunner(
            environment: ChildVariables.forDocker(environment),
            streams: CommandStreams(
                output: console.output,
                errors: console.passOn,
                willLendOutput: console.lendOutput,
                didTakeOutputBack: console.takeOutputBack
            ),
            whenFound: whenFound
        )
    }

    /// Notes that the first command has found docker.
    private func noteDocker(_ console: Console) {
        report.note(engine: "docker")
        let choice = EngineChoice(options, environment: environment)
        choice.noteDocker("there is a docker command in PATH", console.remark)
    }
}
