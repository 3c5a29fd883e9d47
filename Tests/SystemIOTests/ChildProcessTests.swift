import Glibc
import SystemIO
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ChildProcessTests {
    @Test(arguments: [
        ("success", "exit 0", ChildProcess.ExitStatus.exited(0), Int32(0)),
        ("the largest status", "exit 255", .exited(255), 255),
        ("a signal", "kill -9 $$", .signalled(SIGKILL), 137),
        ("a signal with a core", "ulimit -c 0; kill -QUIT $$", .signalled(SIGQUIT), 131),
    ])
    func theStatusIsThatOfTheCommand(why: String, line: String, status: ChildProcess.ExitStatus, shellStatus: Int32)
        async throws
    {
        let process = try ChildProcess.start(shell(line), environment: environment)
        #expect(await process.wait() == status, "\(why)")
        #expect(await process.wait() == status, "asked again")
        #expect(status.shellStatus == shellStatus)
        #expect(!exists(process.identifier), "it has been reaped")
    }

    @Test func manyMayWait() async throws {
        let process = try ChildProcess.start(["sleep", "0.2"], environment: environment)
        let statuses = await withTaskGroup(of: ChildProcess.ExitStatus.self) { group in
            for _ in 0..<20 { group.addTask { await process.wait() } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: .exited(0), count: 20))
    }

    @Test func aCommandThatHasEndedGetsNoSignal() async throws {
        let process = try ChildProcess.start(["true"], environment: environment)
        _ = await process.wait()
        process.terminate(SIGKILL)
        #expect(await process.wait() == .exited(0))
    }

    @Test func argumentsAndEnvironmentArriveUnchanged() async throws {
        let arguments = ["", " ", "a b", "*", "$HOME", "ü", "-n", "'\"\\"]
        let outcome = try await ChildProcess.run(
            ["sh", "-c", "for a; do printf '<%s>' \"$a\"; done; env | grep -v ^PWD=", "sh"] + arguments,
            environment: ["PATH": "/usr/bin:/bin", "X": "1=2\n3", "EMPTY": ""],
            output: .keep(last: 4096)
        )
        #expect(text(outcome.output).hasPrefix(arguments.map { "<\($0)>" }.joined()))
        for variable in ["X=1=2\n3\n", "EMPTY=\n"] { #expect(text(outcome.output).contains(variable)) }
        #expect(!text(outcome.output).contains("HOME="), "nothing of ours")
    }

    @Test func theDescriptorsAreThoseGiven() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(Array("from a file".utf8), to: "in")
        let input = try File(directory.path("in"), for: .reading)
        let output = try File(directory.path("out"), for: .creating)
        let process = try ChildProcess.start(
            shell("cat; echo trouble >&2"),
            environment: environment,
            input: .descriptor(input.descriptor),
            output: .descriptor(output.descriptor),
            errors: .pipe
        )
        #expect(try text(readToEnd(process.errors)) == "trouble\n")
        #expect(await process.wait() == .exited(0))
        #expect(try directory.text("out") == "from a file")
        #expect(process.output == nil)
    }

    /// Output to standard error and errors to standard output: neither may be overwritten before it is duplicated.
    @Test func crossedDescriptorsAreSetRight() async throws {
        let directory = try TemporaryDirectory()
        await #expect(processExitsWith: .success) { [path = directory.path as String] in
            for (descriptor, name) in [(1, "one"), (2, "two")] as [(Int32, String)] {
                let file = try File("\(path)/\(name)", for: .creating)
                dup2(file.descriptor, descriptor)
                try file.close()
            }
            let outcome = try await ChildProcess.run(
                shell("echo out; echo err >&2"),
                environment: environment,
                output: .descriptor(2),
                errors: .descriptor(1)
            )
            #expect(outcome.status == .exited(0))
        }
        let one = try directory.text("one")
        // The testing library's own output follows when the process ends.
        #expect(one.hasPrefix("err\n"))
        let two = try directory.text("two")
        #expect(two.hasPrefix("out\n"))
    }

    @Test func aClosedDescriptorIsAnError() {
        let error = #expect(throws: FileError.self) {
            try ChildProcess.start(["true"], environment: environment, input: .descriptor(1000))
        }
        #expect(error?.description == "cannot pass on descriptor 1000: Bad file descriptor")
    }

    @Test func theCommandHasNoOtherDescriptor() async throws {
        let directory = try TemporaryDirectory()
        try directory.write([], to: "file")
        // A descriptor that is inherited unless it is closed.
        let inheritable = open(directory.path("file"), O_RDONLY)
        defer { close(inheritable) }
        #expect(inheritable > 2)
        let outcome = try await ChildProcess.run(
            ["ls", "/proc/self/fd"],
            environment: environment,
            output: .keep(last: 4096)
        )
        // The additional descriptor is the directory that ls reads.
        #expect(text(outcome.output) == "0\n1\n2\n3\n")
    }

    @Test func theCommandIsInOurProcessGroup() async throws {
        let outcome = try await ChildProcess.run(
            shell("cut -d ' ' -f 5 /proc/$$/stat"),
            environment: environment,
            output: .keep(last: 4096)
        )
        #expect(text(outcome.output) == "\(getpgrp())\n")
    }

    @Test func noSignalIsBlockedOrIgnoredInTheCommand() async throws {
        await #expect(processExitsWith: .success) {
            var all = sigset_t()
            sigfillset(&all)
            pthread_sigmask(SIG_BLOCK, &all, nil)
            signal(SIGPIPE, SIG_IGN)
            signal(SIGUSR1, SIG_IGN)
            let signals = try await signalsOfACommand()
            #expect(signals.ignored == 0)
            #expect(signals.blocked == 0)
        }
    }

    @Test func signalsIgnoredByNohupStayIgnored() async throws {
        await #expect(processExitsWith: .success) {
            signal(SIGHUP, SIG_IGN)
            let signals = try await signalsOfACommand()
            #expect(signals.ignored == 1 << (SIGHUP - 1))
        }
    }

    @Test func neitherDescriptorsNorZombiesAreLeft() async throws {
        await #expect(processExitsWith: .success) {
            // The runtime opens some descriptors on first use.
            _ = try await ChildProcess.run(["true"], environment: environment, output: .keep(last: 1))
            try await Task.sleep(for: .milliseconds(1))
            let before = openDescriptorCount()
            for _ in 0..<50 {
                let kept = try await ChildProcess.run(shell("echo x"), environment: environment, output: .keep(last: 9))
                #expect(kept.output == Array("x\n".utf8))
                _ = try ChildProcess.start(["true"], environment: environment, output: .pipe, errors: .pipe)
                #expect(throws: ChildProcessError.self) {
                    try ChildProcess.start(["no-such-command"], environment: environment, output: .pipe)
                }
            }
            // Commands without a waiting task are reaped when they end, and their pipes are closed just after that.
            var info = siginfo_t()
            for _ in 0..<5000 {
                if waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) != 0, openDescriptorCount() <= before { break }
                try await Task.sleep(for: .milliseconds(1))
            }
            #expect(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT) == -1, "there is no child")
            #expect(openDescriptorCount() <= before)
        }
    }
}
