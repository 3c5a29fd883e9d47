import ChildProcess
import TestSupport
import Testing

@testable import DockerEngine

@Suite(.timeLimit(.minutes(2))) struct CauseTests {
    private static let rows: [(String, String, String)] = [
        ("echo one >&2; echo two >&2; exit 1", "x: two", "the last line"),
        ("printf 'one\\n\\n  \\n' >&2; exit 1", "x: one", "the last one that says something"),
        ("echo \"bad flag\" >&2; echo \"See 'docker pull --help'.\" >&2; exit 125", "x: bad flag", "not docker's hint"),
        ("echo out; exit 1", "x: out", "what was printed, where there is nothing else"),
        ("exit 7", "x failed without a word (exit status 7)", "no words"),
        ("kill -9 $$", "x failed without a word (ended by signal 9)", "killed"),
    ]

    @Test(arguments: rows)
    func lastWords(_ script: String, _ expected: String, _ reason: String) async throws {
        let docker = try FakeDocker(script)
        defer { withExtendedLifetime(docker) {} }
        let outcome = try await docker.runner().quiet(["docker"])
        #expect(outcome.cause(of: "x") == expected, "\(reason)")
    }

    @Test func ctrlCEndsTheRun() async throws {
        let docker = try FakeDocker("kill -2 $$; sleep 5")
        defer { withExtendedLifetime(docker) {} }
        await #expect(throws: CancellationError.self) { try await docker.runner().quiet(["docker"]) }
    }

    @Test func whatIsShownIsShownAndKept() async throws {
        let docker = try FakeDocker("echo out; echo err >&2; echo \"$VARIABLE\"; exit 1")
        let outcome = try await docker.runner().shown(["docker"], with: ["VARIABLE": "value"])
        #expect(outcome.cause(of: "x") == "x: err")
        #expect(try docker.folder.text("output") == "out\nvalue\n")
        #expect(try docker.folder.text("errors") == "err\n")
    }
}
