import TestSupport
import Testing

@testable import DockerEngine

@Suite(.timeLimit(.minutes(2))) struct DockerProbeTests {
    private static let rows: [(String, DockerProbe.Finding, String)] = [
        ("echo 20.10.24", .daemon(version: "20.10.24"), "a daemon"),
        ("echo; echo Cannot connect >&2; exit 1", .none("docker version: Cannot connect"), "a client without a daemon"),
        ("exit 1", .none("docker version failed without a word (exit status 1)"), "no words"),
        ("echo", .none("docker version failed without a word (exit status 0)"), "success without a version is none"),
    ]

    @Test(arguments: rows)
    func findings(_ script: String, _ expected: DockerProbe.Finding, _ reason: String) async throws {
        let docker = try FakeDocker(script)
        defer { withExtendedLifetime(docker) {} }
        #expect(DockerProbe.isInstalled(environment: docker.environment))
        #expect(try await DockerProbe.ask(environment: docker.environment) == expected, "\(reason)")
    }

    @Test func itIsAskedForTheServersVersion() async throws {
        let docker = try FakeDocker("[ \"$*\" = 'version --format {{.Server.Version}}' ] && echo 1.0")
        defer { withExtendedLifetime(docker) {} }
        #expect(try await DockerProbe.ask(environment: docker.environment) == .daemon(version: "1.0"))
    }

    @Test func oneThatDoesNotAnswerIsNone() async throws {
        let docker = try FakeDocker("exec sleep 600")
        defer { withExtendedLifetime(docker) {} }
        let finding = try await DockerProbe.ask(environment: docker.environment, timeLimit: .milliseconds(200))
        guard case .none(let reason) = finding else {
            Issue.record("\(finding)")
            return
        }
        #expect(reason.contains("did not end within"))
    }

    @Test func noCommandIsNone() async throws {
        let environment = ["PATH": "/nonexistent"]
        #expect(!DockerProbe.isInstalled(environment: environment))
        #expect(
            try await DockerProbe.ask(environment: environment)
                == .none("cannot run docker: it is not installed, or not in PATH")
        )
    }

    private static let noCommandRows: [(String, String)] = [
        ("mkdir bin/docker", "a folder"),
        ("touch bin/docker", "a file that is not executable"),
        ("ln -s nowhere bin/docker", "a link to nothing"),
    ]

    @Test(arguments: noCommandRows)
    func whatCannotBeRunIsNotInstalled(_ command: String, _ reason: String) throws {
        let folder = try TemporaryFolder()
        try folder.shell("mkdir bin && \(command)")
        #expect(!DockerProbe.isInstalled(environment: ["PATH": folder.path("bin")]), "\(reason)")
    }
}
