import Glibc
import SystemIO
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct TerminationSignalsTests {
    @Test(arguments: [SIGHUP, SIGINT, SIGTERM])
    func theProgramDiesOfTheSignalAfterTheHandler(signal: Int32) async throws {
        let result = await #expect(processExitsWith: .signal(signal), observing: [\.standardErrorContent]) { [signal] in
            try TerminationSignals.handleFirst { signal in
                try? File(owning: 2, path: "standard error").write("cleaned up")
                TerminationSignals.die(of: signal)
            }
            kill(getpid(), signal)
            waitForTheEnd()
        }
        let written = text(result?.standardErrorContent ?? [])
        #expect(written.contains("cleaned up"))
    }

    /// As where a terminal that is not read holds up what the program has to say.
    @Test func aHandlerThatDoesNotReturnIsNotWaitedFor() async throws {
        await #expect(processExitsWith: .signal(SIGTERM)) {
            try TerminationSignals.handleFirst(timeToEnd: .milliseconds(100)) { _ in waitForTheEnd() }
            kill(getpid(), SIGTERM)
            waitForTheEnd()
        }
    }

    @Test func furtherSignalsDoNothing() async throws {
        await #expect(processExitsWith: .exitCode(7)) {
            let (reading, writing) = (try File("/dev/zero", for: .reading), getpid())
            try TerminationSignals.handleFirst { _ in
                for _ in 0..<3 {
                    kill(writing, SIGTERM)
                    kill(writing, SIGHUP)
                }
                _ = try? reading.readBytes(1 << 20)
                exit(7)
            }
            kill(writing, SIGHUP)
            waitForTheEnd()
        }
    }

    @Test func aSecondInterruptEndsTheProgram() async throws {
        await #expect(processExitsWith: .signal(SIGINT)) {
            try TerminationSignals.handleFirst { _ in kill(getpid(), SIGINT) }
            kill(getpid(), SIGTERM)
            waitForTheEnd()
        }
    }

    @Test func signalsIgnoredByNohupStayIgnored() async throws {
        await #expect(processExitsWith: .exitCode(7)) {
            signal(SIGHUP, SIG_IGN)
            try TerminationSignals.handleFirst { signal in exit(signal == SIGTERM ? 7 : 8) }
            kill(getpid(), SIGHUP)
            kill(getpid(), SIGTERM)
            waitForTheEnd()
        }
    }

    @Test func commandsDoNotInheritTheHandling() async throws {
        await #expect(processExitsWith: .success) {
            try TerminationSignals.handleFirst { _ in }
            let signals = try await signalsOfACommand()
            #expect(signals.ignored == 0)
            #expect(signals.blocked == 0)
        }
    }
}

/// Waits long enough for a signal to do its work, and then shows that it has not.
private func waitForTheEnd() -> Never {
    for _ in 0..<200 { usleep(100_000) }
    exit(99)
}
