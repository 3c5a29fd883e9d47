import SystemIO
import TestSupport
import Testing

@testable import DockerEngine

@Suite(.timeLimit(.minutes(2))) struct DockerUnavailableTests {
    /// Output of clients that reach no daemon.
    private static let unreachable: [(String, String)] = [
        ("Cannot connect to the Docker daemon. Is the docker daemon running on this host?", "1.8 to 1.12"),
        ("Cannot connect to the Docker daemon. Is 'docker -d' running on this host?", "1.5"),
        ("Cannot connect to the Docker daemon at tcp://10.0.0.5:2375. Is the docker daemon running?", "1.13 to 28"),
        (
            "ERROR: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
            "info"
        ),
        (
            "Got permission denied while trying to connect to the Docker daemon socket at unix:///run/d.sock: Get \"x\":"
                + " dial unix /run/d.sock: connect: permission denied", "17 to 20.10"
        ),
        (
            "permission denied while trying to connect to the Docker daemon socket at unix:///run/d.sock: Get \"x\"",
            "23 to 28"
        ),
        ("permission denied while trying to connect to the docker API at unix:///run/d.sock", "29"),
        (
            "failed to connect to the docker API at unix:///run/d.sock; check if the path is correct and if the daemon is"
                + " running: dial unix /run/d.sock: connect: no such file or directory", "29"
        ),
        (
            "error during connect: Post \"http://h:2375/v1.24/x\": dial tcp: lookup h: no such host",
            "a host without a name"
        ),
        ("error during connect: Get \"x\": command [ssh -- h docker system dial-stdio] has exited", "ssh"),
        ("An error occurred trying to connect: Post http:///run/d.sock: EOF", "1.10"),
        ("Failed to initialize: unable to resolve docker endpoint: context \"far\": context not found", "a context"),
        ("unable to resolve docker endpoint: open /certs/ca.pem: no such file or directory", "a certificate"),
    ]

    @Test(arguments: unreachable)
    func noDaemon(_ output: String, _ version: String) async throws {
        for command in ["cat \"${0%/*}/../message\" >&2; exit 1", "echo Server:; cat \"${0%/*}/../message\"; exit 1"] {
            let docker = try FakeDocker(command)
            try docker.directory.write(output + "\n", to: "message")
            let error = await #expect(throws: DockerUnavailable.self, "\(version)") {
                try await docker.probingRunner().quiet(["docker", "pull", "x"])
            }
            #expect(error == .noDaemon("docker pull: \(output)"), "\(version)")
        }
    }

    /// Output of clients that reach a daemon.
    private static let docker: [(String, String)] = [
        ("exit 0", "nothing: a stub"),
        ("echo 'Status: Image is up to date'", "success"),
        ("echo 'Cannot connect to the Docker daemon at x' >&2", "output of a successful command"),
        ("exit 1", "no output"),
        (
            "echo 'Error response from daemon: Get \"https://r/v2/\": dial tcp: lookup r: no such host' >&2; exit 1",
            "a registry"
        ),
        ("echo 'Error response from daemon: client version 1.22 is too old' >&2; exit 1", "a response of a daemon"),
        ("echo 'open x.tar.gz: no such file or directory' >&2; exit 1", "an archive"),
        ("echo 'Error: manifest unknown' >&2; exit 125", "an image"),
    ]

    @Test(arguments: docker)
    func thisIsDocker(_ script: String, _ reason: String) async throws {
        let docker = try FakeDocker(script)
        let runner = try docker.probingRunner()
        _ = try await runner.quiet(["docker", "pull", "x"])
        #expect(docker.directory.exists("found"), "\(reason)")
    }

    private static let podman: [(String, String)] = [
        ("echo 'Emulate Docker CLI using podman. Create /etc/containers/nodocker to quiet msg.' >&2", "its wrapper"),
        ("printf 'Trying to pull x\\nGetting image source signatures\\n' >&2; echo 0123", "its pull"),
        ("echo 'Error: initializing source docker://x: manifest unknown' >&2; exit 125", "a pull that fails"),
        ("printf 'host:\\n  arch: amd64\\n  buildahVersion: 1.28.2\\n'", "its info"),
    ]

    @Test(arguments: podman)
    func thisIsPodman(_ script: String, _ reason: String) async throws {
        let docker = try FakeDocker(script)
        let error = await #expect(throws: DockerUnavailable.self) {
            try await docker.probingRunner().quiet(["docker", "pull", "x"])
        }
        guard case .podman? = error else {
            Issue.record("\(reason): \(String(describing: error))")
            return
        }
        #expect(!docker.directory.exists("found"))
    }

    @Test func aFileThatCannotBeRunIsNoDocker() async throws {
        let docker = try FakeDocker("exit 0")
        try docker.directory.shell("printf 'no program' >bin/docker")
        await #expect(throws: DockerUnavailable.self) {
            try await docker.probingRunner().quiet(["docker", "pull", "x"])
        }
    }

    /// Only the first command is checked. If it finds no daemon, its output is not shown.
    @Test func laterCommandsAreNotChecked() async throws {
        let docker = try FakeDocker("echo \"Cannot connect to the Docker daemon: $1\" >&2; [ $1 = info ]")
        let runner = try docker.probingRunner()
        #expect(try await runner.shown(["docker", "info"]).status.isSuccess)
        #expect(try await !runner.shown(["docker", "load"]).status.isSuccess)
        #expect(
            try docker.directory.text("errors")
                == "Cannot connect to the Docker daemon: info\nCannot connect to the Docker daemon: load\n"
        )
        let other = try FakeDocker("echo 'Cannot connect to the Docker daemon: x' >&2; exit 1")
        await #expect(throws: DockerUnavailable.self) { try await other.probingRunner().shown(["docker", "load"]) }
        #expect(try other.directory.text("errors") == "")
        #expect(try await !other.runner().shown(["docker", "load"]).status.isSuccess, "a named engine is not checked")
    }
}
