import Glibc
import SystemIO
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct RunTests {
    @Test func outputIsKept() async throws {
        let outcome = try await ChildProcess.run(
            shell("echo out; echo err >&2; exit 3"),
            environment: environment,
            output: .keep(last: 100)
        )
        #expect(outcome.status == .exited(3))
        #expect(text(outcome.output) == "out\n")
        #expect(text(outcome.errors) == "err\n")
    }

    @Test func bothStreamsKeepTheirOrderInOnePipe() async throws {
        let outcome = try await ChildProcess.run(
            shell("for i in 1 2 3; do echo out $i; echo err $i >&2; done"),
            environment: environment,
            output: .keep(last: 100),
            errors: .asOutput
        )
        #expect(text(outcome.output) == "out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n")
        #expect(outcome.errors.isEmpty)
    }

    @Test func onlyTheLastBytesAreKept() async throws {
        let line = "i=0; while [ $i -lt 20000 ]; do echo $i; i=$((i+1)); done"
        let outcome = try await ChildProcess.run(
            shell("{ \(line); } >&2; \(line)"),
            environment: environment,
            output: .keep(last: 12),
            errors: .keep(last: 5)
        )
        #expect(text(outcome.output) == "19998\n19999\n")
        #expect(text(outcome.errors) == "9999\n")
    }

    @Test func outputIsCopiedAndKept() async throws {
        let directory = try TemporaryDirectory()
        let copy = try File(directory.path("copy"), for: .creating)
        let outcome = try await ChildProcess.run(
            shell("head -c 1000000 /dev/zero | tr '\\0' x >&2"),
            environment: environment,
            errors: .tee({ try copy.write($0) }, keepLast: 10)
        )
        #expect(outcome.errors == Array("xxxxxxxxxx".utf8))
        #expect(try directory.bytes("copy") == Array(repeating: UInt8(ascii: "x"), count: 1_000_000))
    }

    @Test func failedCopiesAreErrorsAndDoNotStopTheCommand() async throws {
        let directory = try TemporaryDirectory()
        let full = try File("/dev/full", for: .writing)
        await #expect(throws: FileError.self) {
            try await ChildProcess.run(
                shell("head -c 1000000 /dev/zero; echo done >'\(directory.path("done"))'"),
                environment: environment,
                output: .tee({ try full.write($0) }, keepLast: 10)
            )
        }
        #expect(try directory.text("done") == "done\n")
    }

    @Test func timedOutCommandsAreStopped() async throws {
        let limit = Duration.milliseconds(50)
        let error = await #expect(throws: ChildProcessError.self) {
            try await ChildProcess.run(["sleep", "1000"], environment: environment, timeLimit: limit)
        }
        #expect(error?.description == "sleep did not end within 0.05 seconds and was stopped")
        let outcome = try await ChildProcess.run(["true"], environment: environment, timeLimit: .seconds(1000))
        #expect(outcome.status == .exited(0))
    }

    @Test func commandsThatIgnoreTheRequestAreKilled() async throws {
        let directory = try TemporaryDirectory()
        let limit = Duration.milliseconds(300)
        let line = "trap '' TERM; i=0; while [ $i -lt 400 ]; do sleep 0.05; i=$((i+1)); done; touch survived"
        await #expect(throws: ChildProcessError(command: "sh", reason: .timeLimit(limit))) {
            try await ChildProcess.run(
                shell("cd '\(directory.path)'; \(line)"),
                environment: environment,
                timeLimit: limit,
                gracePeriod: .milliseconds(100)
            )
        }
        #expect(!directory.exists("survived"))
    }

    @Test func cancellingStopsTheCommandAndWaitsForItsEnd() async throws {
        let directory = try TemporaryDirectory()
        let line = "trap 'sleep 0.1; echo ended >ended; exit' TERM; touch started; while :; do sleep 0.01; done"
        let task = Task {
            try await ChildProcess.run(shell("cd '\(directory.path)'; \(line)"), environment: environment)
        }
        try await appearance(of: "started", in: directory)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try directory.text("ended") == "ended\n")
    }

    @Test func processesOfACancelledCommandAreNotWaitedFor() async throws {
        let directory = try TemporaryDirectory()
        // The sleeper keeps the pipes open after the command has ended.
        let line = "sleep 1000 & echo $! >pid; mv pid started; wait"
        let task = Task {
            try await ChildProcess.run(shell("cd '\(directory.path)'; \(line)"), environment: environment)
        }
        try await appearance(of: "started", in: directory)
        let sleeper = try #require(Int32(try directory.text("started").dropLast()))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(exists(sleeper))
        kill(sleeper, SIGKILL)
    }

    @Test func nothingIsStartedAfterCancelling() async throws {
        let directory = try TemporaryDirectory()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await ChildProcess.run(shell("echo >'\(directory.path("started"))'"), environment: environment)
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(!directory.exists("started"))
    }
}
