import DockerEngine
import ImageModel
import ScriptInterface

/// Decides who moves the images.
struct EngineChoice: Sendable {
    /// Who moves them.
    enum Engine {
        /// The docker commands of the scripts.
        case docker
        /// This program itself; a docker that may be there as well has what registries refuse.
        case registry(besideDocker: Bool)

        fileprivate var name: String {
            switch self {
            case .docker: "docker"
            case .registry: "registry"
            }
        }
    }

    private let extensions: ExtensionOptions
    private let mode: ScriptMode
    private let environment: [String: String]

    init(_ options: Options, environment: [String: String]) {
        extensions = options.extensions
        mode = options.mode
        self.environment = environment
    }

    /// The engine of this run. Only where none is named is docker asked whether it is there.
    ///
    /// - Parameter notice: gets sentences for standard error.
    /// - Throws: where docker is named and is not installed (D8); `CancellationError`.
    func engine(notice: (String) -> Void) async throws -> Engine {
        let (engine, reason) = try await decide()
        if extensions.verbose { notice("the \(engine.name) engine moves the images: \(reason)") }
        if case .docker = engine {
            for flag in flagsWithoutEffect {
                notice("\(flag) has no effect: docker decides this itself; use --engine registry")
            }
            if extensions.bytesPerSecond != nil {
                notice("--limit-rate has no effect: docker has no such limit; use --engine registry")
            }
            if extensions.createsProjects {
                notice("--create-projects makes nothing with docker: it needs the registry engine, --engine registry")
            }
        }
        return engine
    }

    private func decide() async throws -> (Engine, reason: String) {
        let isInstalled = DockerProbe.isInstalled(environment: environment)
        switch extensions.engine {
        case .registry:
            // The PowerShell script does not look at the local store.
            return (.registry(besideDocker: isInstalled && mode == .shell), "--engine says so")
        case .docker:
            guard isInstalled else {
                throw CommandError(
                    "docker is not installed, or not in PATH: install it, or leave --engine docker out to do without it"
                )
            }
            return (.docker, "--engine says so")
        case .auto where mode == .powerShell:
            return (.registry(besideDocker: false), "on Linux, docker does not take Windows images")
        case .auto where extensions.withReferrers:
            return (.registry(besideDocker: isInstalled), "docker does not save what --with-referrers asks for")
        case .auto:
            guard isInstalled else { return (.registry(besideDocker: false), "there is no docker command in PATH") }
            switch try await DockerProbe.ask(environment: environment) {
            case .daemon(let version): return (.docker, "a docker daemon of version \(version) answers")
            case .none(let reason): return (.registry(besideDocker: false), "no docker daemon answers (\(reason))")
            }
        }
    }

    /// What only the registry engine can do, and is asked for.
    private var flagsWithoutEffect: [String] {
        let usual = PlatformChoice.platforms(
            mode == .shell ? [.linuxAMD64] : [Platform(os: "windows", architecture: "amd64")]
        )
        return (extensions.platforms == usual ? [] : ["--platform"])
            + (extensions.archiveFormat == .containerd ? [] : ["--archive-format"])
            + (extensions.since.isEmpty ? [] : ["--since"])
            + (extensions.withReferrers ? ["--with-referrers"] : [])
    }
}
