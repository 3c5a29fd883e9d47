import CommandLine
import DockerEngine
import OCI
import SystemIO

/// Chooses the engine of a run.
struct EngineChoice: Sendable {
    enum Engine {
        /// The docker commands of the scripts.
        case docker
        /// The docker commands of the scripts, or the registry engine if the first command finds no docker.
        case dockerIfThere
        /// The registry engine, with images of docker's local store if `alongsideDocker` is true.
        case registry(alongsideDocker: Bool)
    }

    private let extensions: ToolOptions
    private let mode: ScriptMode
    private let environment: Environment

    init(_ options: Options, environment: Environment) {
        extensions = options.extensions
        mode = options.mode
        self.environment = environment
    }

    /// Chooses the engine without running a command.
    ///
    /// - Parameter notice: prints sentences to standard error.
    /// - Throws: if `--engine docker` is given and docker is not installed (D8).
    func engine(notice: (String) -> Void) throws -> Engine {
        let isInstalled = ChildProcess.isInstalled("docker", environment: environment)
        func registry(_ reason: String, alongsideDocker: Bool, isNoted: Bool = false) -> Engine {
            if extensions.verbose || isNoted { notice(Self.registrySentence(reason)) }
            return .registry(alongsideDocker: alongsideDocker)
        }
        switch extensions.engine {
        case .registry:
            // The PowerShell script does not use the local store.
            return registry("--engine says so", alongsideDocker: isInstalled && mode == .shell)
        case .docker:
            guard isInstalled else {
                throw CommandError(
                    "docker is not installed, or not in PATH: install it, or leave --engine docker out to do without it"
                )
            }
            noteDocker("--engine says so", notice)
            return .docker
        case .auto where mode == .powerShell:
            return registry("on Linux, docker does not take Windows images", alongsideDocker: false)
        case .auto where extensions.withReferrers:
            return registry("docker does not save what --with-referrers asks for", alongsideDocker: isInstalled)
        case .auto where !isInstalled:
            return registry("there is no docker command in PATH", alongsideDocker: false)
        case .auto:
            if let evidence = PodmanCommand.evidence(environment: environment) {
                return registry("\(DockerUnavailable.podman(evidence))", alongsideDocker: true, isNoted: true)
            }
            return .dockerIfThere
        }
    }

    /// A sentence about the use of the registry engine.
    static func registrySentence(_ reason: String) -> String { "the registry engine moves the images: \(reason)" }

    /// Prints notices about the use of docker, and about flags that have no effect then.
    func noteDocker(_ reason: String, _ notice: (String) -> Void) {
        if extensions.verbose { notice("the docker engine moves the images: \(reason)") }
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

    /// The given flags that only the registry engine supports.
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
