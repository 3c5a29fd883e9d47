import DockerEngine
import SystemIO
import TestSupport

/// A directory with a `docker` that is a few lines of shell, and files for what is printed.
///
/// The directory goes with the object, so it is to be kept to the end of a test.
final class FakeDocker: Sendable {
    let directory: TemporaryDirectory

    /// - Parameter script: what it does; the words are `$1`, `$2` …
    init(_ script: String) throws {
        directory = try TemporaryDirectory()
        try directory.write("#!/bin/sh\n\(script)\n", to: "script")
        // By another process: where this one has a file open for writing while another test starts a command, which has it
        // open too for a moment, the file cannot be executed.
        try directory.shell("mkdir bin && cp script bin/docker && chmod 755 bin/docker && rm script")
    }

    var environment: [String: String] { ["PATH": "\(directory.path("bin")):/usr/bin:/bin"] }

    /// A runner whose commands write into the files `output` and `errors`.
    func runner() throws -> CommandRunner { try runner(whenFound: nil) }

    /// A runner whose first command decides whether there is a docker; if there is, it makes the file `found`.
    func probingRunner() throws -> CommandRunner {
        try runner { [directory] in _ = try? directory.write("", to: "found") }
    }

    private func runner(whenFound: (@Sendable () -> Void)?) throws -> CommandRunner {
        let output = try File(directory.path("output"), for: .creating)
        let errors = try File(directory.path("errors"), for: .creating)
        let streams = CommandStreams(output: output, errors: { try errors.write($0) })
        return CommandRunner(environment: environment, streams: streams, whenFound: whenFound)
    }
}
