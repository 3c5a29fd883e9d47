import CommandLine
import DockerEngine
import OCI
import SystemIO

/// Decides who moves the images.
struct EngineChoice: Sendable {
    /// Who moves them.
    enum Engine {
        /// The docker commands of the scripts.
        case docker
        /// The docker commands of the scripts, or this program itself if the first of them finds no docker.
        case dockerIfThere
        /// This program itself; a docker that may be there as well has what registries refuse.
        case registry(besideDocker: Bool)
    }

    private let extensions: ToolOptions
    private let mode: ScriptMode
    private let environment: Environment

    init(_ options: Options, environment: Environment) {
        extensions = options.extensions
        mode = options.mode
        self.environment = environment
    }

    /// The engine of this run, chosen without running anything.
    ///
    /// - Parameter notice: gets sentences for standard error.
    /// - Throws: if docker is named and is not installed (D8).
    func engine(notice: (String) -> Void) throws -> Engine {
        let isInstalled = ChildProcess.isInstalled("docker", environment: environment)
        func registry(_ reason: String, besideDocker: Bool, isTold: Bool = false) -> Engine {
            if extensions.verbose || isTold { notice(Self.registrySentence(reason)) }
            return .registry(besideDocker: besideDocker)
        }
        switch extensions.engine {
        case .registry:
            // The PowerShell script does not look at the local store.
            return registry("--engine says so", besideDocker: isInstalled && mode == .shell)
        case .docker:
            guard isInstalled else {
                throw CommandError(
                    "docker is not installed, or not in PATH: install it, or leave --engine docker out to do without it"
                )
            }
            noteDocker("--engine says so", notice)
            return .docker
        case .auto where mode == .powerShell:
            return registry("on Linux, docker does not take Windows images", besideDocker: false)
        case .auto where extensions.withReferrers:
            return registry("docker does not save what --with-referrers asks for", besideDocker: isInstalled)
        case .auto where !isInstalled:
            return registry("there is no docker command in PATH", besideDocker: false)
        case .auto:
            if let evidence = PodmanCommand.evidence(environment: environment) {
                return registry("\(DockerUnavailable.podman(evidence))", besideDocker: true, isTold: true)
            }
            return .dockerIfThere
        }
    }

    /// The note that the registry engine moves the images.
    static func registrySentence(_ reason: String) -> String { "the registry engine moves the images: \(reason)" }

    /// Notes that docker moves the images, and what it does not do.
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
