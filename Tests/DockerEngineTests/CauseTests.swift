import SystemIO
import TestSupport
import Testing

@testable import DockerEngine

@Suite(.timeLimit(.minutes(2))) struct CauseTests {
    private static let rows: [(String, String, String)] = [
        ("echo one >&2; echo two >&2; exit 1", "x: two", "the last line"),
        ("printf 'one\\n\\n  \\n' >&2; exit 1", "x: one", "the last line that is not empty"),
        ("echo \"bad flag\" >&2; echo \"See 'docker pull --help'.\" >&2; exit 125", "x: bad flag", "not docker's hint"),
        ("echo out; exit 1", "x: out", "standard output without errors"),
        ("exit 7", "x failed without a word (exit status 7)", "no output"),
        ("kill -9 $$", "x failed without a word (ended by signal 9)", "killed"),
    ]

    @Test(arguments: rows)
    func lastLine(_ script: String, _ expected: String, _ reason: String) async throws {
        let docker = try FakeDocker(script)
        defer { withExtendedLifetime(docker) {} }
        let outcome = try await docker.runner().quiet(["docker"])
        #expect(outcome.cause(of: "x") == expected, "\(reason)")
    }

    /// Without a signal to this process, these commands were not stopped by Ctrl-C.
    @Test(arguments: [("exit 130", 130), ("kill -2 $$; sleep 5", 130), ("kill -15 $$; sleep 5", 143)])
    func aCommandWithASignalStatusHasFailed(_ script: String, _ status: Int32) async throws {
        let docker = try FakeDocker(script)
        defer { withExtendedLifetime(docker) {} }
        #expect(try await docker.runner().quiet(["docker"]).status.shellStatus == status)
        #expect(try await docker.runner().shown(["docker"]).status.shellStatus == status)
    }

    @Test func exportedVariablesStay() async throws {
        let docker = try FakeDocker("echo \"$VARIABLE\"")
        let runner = try docker.runner()
        _ = try await runner.shown(["docker"])
        runner.export("VARIABLE", "value")
        _ = try await runner.shown(["docker"])
        #expect(try await runner.quiet(["docker"]).output == Array("value\n".utf8))
        #expect(try docker.directory.text("output") == "\nvalue\n")
    }

    @Test func invalidUTF8ReachesTheCommand() async throws {
        let docker = try FakeDocker("printf '%s %s' \"$1\" \"$VARIABLE\"")
        let argument: [UInt8] = [0x61, 0xE9, 0x62]
        let runner = try docker.runner()
        runner.export("VARIABLE", String(nativeBytes: [0xFF]))
        let outcome = try await runner.quiet(["docker", String(nativeBytes: argument)])
        #expect(outcome.output == argument + [0x20, 0xFF])
    }

    @Test func shownOutputIsPrintedAndKept() async throws {
        let docker = try FakeDocker("echo out; echo err >&2; exit 1")
        let outcome = try await docker.runner().shown(["docker"])
        #expect(outcome.cause(of: "x") == "x: err")
        #expect(try docker.directory.text("output") == "out\n")
        #expect(try docker.directory.text("errors") == "err\n")
    }
}
