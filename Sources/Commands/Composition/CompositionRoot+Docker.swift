import CommandLine
import DockerEngine
import Engine
import HTTP
import ImageArchive
import Registry
import RegistryEngine
import SystemIO

extension CompositionRoot {
    func dockerSaver(
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
            chartSubstitute: chartSubstitute
        )
    }

    @Sendable func dockerOutput() async throws -> DockerSaver.Output {
        let paths = paths(archive)
        guard paths.count <= 1 else { return .refused(severalFiles(archive, paths.count)) }
        return .archive(
            try await output(
                paths.first ?? archive,
                continues: false,
                // PowerShell's script lets docker write the file, unless it is split.
                isWrittenInOrder: options.mode == .shell || options.extensions.partSize != nil
            )
        )
    }

    func dockerLoader(_ runner: CommandRunner) -> DockerLoader {
        // Docker reports errors of the daemon's configuration.
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
            // The daemon treats registries of this machine as insecure too.
            isInsecure: { Authority($0)?.isLoopback == true ? true : await hosts.contains($0) },
            isStrict: options.extensions.strict,
            counters: counters,
            chartSubstitute: chartSubstitute
        )
    }

    /// Transfers charts if neither docker nor helm can (D13); `nil` with `--engine docker`, which then fails as the scripts do.
    private var chartSubstitute: ChartSubstitute? {
        guard options.extensions.engine != .docker else { return nil }
        return {
            console.remark(
                "docker has no containerd image store, and there is no helm 3.8 or later: the charts are moved without them"
            )
            let client = try await client()
            return RegistryCharts(
                client: client,
                projects: projects(client),
                counters: counters,
                notice: notices.take
            )
        }
    }

    /// - Parameters:
    ///   - lines: gets the standard output of commands.
    ///   - choosesEngine: whether the first command shows that docker is the engine.
    func runner(_ lines: Console, choosesEngine: Bool = false) -> CommandRunner {
        var whenFound: (@Sendable () -> Void)?
        if choosesEngine {
            whenFound = {
                report.note(engine: "docker")
                EngineChoice(options, environment: environment)
                    .noteDocker("there is a docker command in PATH", console.remark)
            }
        }
        return CommandRunner(
            environment: ChildVariables.forDocker(environment),
            streams: CommandStreams(
                output: lines.output,
                errors: lines.passOn,
                willLendOutput: lines.lendOutput,
                didTakeOutputBack: lines.takeOutputBack
            ),
            whenFound: whenFound
        )
    }
}
