import Synchronization
import SystemIO
import TestSupport
import Testing

@testable import DockerEngine

@Suite(.timeLimit(.minutes(2))) struct CommandStreamsTests {
    /// Records the lending of standard output and the bytes on standard error.
    private final class Log: Sendable {
        let entries = Mutex<[String]>([])

        func add(_ entry: String) { entries.withLock { $0.append(entry) } }

        var all: [String] { entries.withLock(\.self) }
    }

    private let docker: FakeDocker
    private let log = Log()
    private let runner: CommandRunner

    init() throws {
        docker = try FakeDocker("echo out; echo err >&2; exit $2")
        let log = log
        let streams = CommandStreams(
            output: try File(docker.directory.path("output"), for: .creating),
            errors: { log.add(String(decoding: $0, as: UTF8.self)) },
            willLendOutput: { log.add("lent") },
            didTakeOutputBack: { log.add("back") }
        )
        runner = CommandRunner(environment: docker.environment, streams: streams)
    }

    @Test(arguments: ["0", "1"])
    func standardOutputIsLentToAShownCommand(status: String) async throws {
        _ = try await runner.shown(["docker", "push", status])
        #expect(log.all == ["lent", "err\n", "back"])
        #expect(try docker.directory.text("output") == "out\n")
    }

    @Test func standardOutputIsNotLentToOtherCommands() async throws {
        _ = try await runner.quiet(["docker", "pull", "0"])
        #expect(log.all == [])
        let saved = try await runner.shown(["docker", "save", "0"], output: .keep(last: 10))
        #expect(saved.output == Array("out\n".utf8))
        #expect(log.all == ["err\n"])
    }

    @Test func standardOutputIsReturnedIfTheCommandCannotStart() async throws {
        await #expect(throws: (any Error).self) { try await runner.shown(["nothing of that name"]) }
        #expect(log.all == ["lent", "back"])
    }
}
