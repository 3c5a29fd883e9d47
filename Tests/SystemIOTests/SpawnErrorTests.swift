import Glibc
import SystemIO
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct SpawnErrorTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try directory.shell(
            """
            mkdir empty no real directory; mkdir directory/tool
            echo 'echo forbidden' >no/tool; chmod 644 no/tool
            printf '#!/bin/sh\\necho found' >real/tool; chmod 755 real/tool
            printf 'no magic' >real/data; chmod 755 real/data
            printf '#!/no/such/interpreter' >real/script; chmod 755 real/script
            """
        )
    }

    @Test(arguments: [
        ("the first directory that has it", "empty:real"),
        ("a file that must not be executed is passed over", "no:real"),
        ("a directory of that name is passed over", "directory:real"),
        ("a directory that is none is passed over", "no/tool:real"),
    ])
    func commandsAreFoundAsByExecvp(why: String, directories: String) async throws {
        let path = directories.split(separator: ":").map { directory.path(String($0)) }.joined(separator: ":")
        let outcome = try await ChildProcess.run(["tool"], environment: ["PATH": path], output: .keep(last: 100))
        #expect(text(outcome.output) == "found\n", "\(why)")
    }

    @Test func withoutPathTheUsualDirectoriesAreSearched() async throws {
        #expect(try await ChildProcess.run(["true"], environment: [:]).status == .exited(0))
    }

    @Test(arguments: [
        ("nowhere", "tool", "empty", ChildProcessError.Reason.notFound, "it is not installed, or not in PATH"),
        ("our own PATH does not count", "sh", "empty", .notFound, "it is not installed, or not in PATH"),
        ("no such path", "./tool", "real", .notFound, "there is no such file"),
        ("nothing", "", "real", .notFound, "it is not installed, or not in PATH"),
        ("only one that must not be executed", "tool", "empty:no", .notExecutable(EACCES), "Permission denied"),
        ("neither a program nor a script", "data", "real", .notExecutable(ENOEXEC), "Exec format error"),
        ("a script whose interpreter is missing", "script", "real", .notFound, "it is not installed, or not in PATH"),
    ])
    func aFailedStartIsReported(
        why: String,
        command: String,
        directories: String,
        reason: ChildProcessError.Reason,
        message: String
    ) throws {
        let path = directories.split(separator: ":").map { directory.path(String($0)) }.joined(separator: ":")
        let error = #expect(throws: ChildProcessError.self, "\(why)") {
            try ChildProcess.start([command], environment: ["PATH": path])
        }
        #expect(error == ChildProcessError(command: command, reason: reason), "\(why)")
        #expect(error?.description == "cannot run \(command): \(message)")
    }

    @Test func anArgumentListThatIsTooLongIsReported() throws {
        let argument = String(repeating: "x", count: 1000)
        let error = #expect(throws: ChildProcessError.self) {
            try ChildProcess.start(["true"] + Array(repeating: argument, count: 10_000), environment: environment)
        }
        #expect(error?.description == "cannot run true: its argument list is too long for the system")
    }

    @Test func aNULCannotBePassedOn() throws {
        #expect(throws: ChildProcessError(command: "echo", reason: .system(EINVAL))) {
            try ChildProcess.start(["echo", "a\0b"], environment: environment)
        }
    }
}
