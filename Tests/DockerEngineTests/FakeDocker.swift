import DockerEngine
import SystemIO
import TestSupport

/// A directory with a shell script called `docker`, and files for its output.
///
/// The directory is removed with the object, so keep the object until the end of the test.
final class FakeDocker: Sendable {
    let directory: TemporaryDirectory

    /// - Parameter script: the script; its arguments are `$1`, `$2` …
    init(_ script: String) throws {
        directory = try TemporaryDirectory()
        try directory.write("#!/bin/sh\n\(script)\n", to: "script")
        // Another process creates the file: if this process had the file open for writing while another test starts a command, the
        // command would inherit the file, and the file could not be executed.
        try directory.shell("mkdir bin && cp script bin/docker && chmod 755 bin/docker && rm script")
    }

    var environment: [String: String] { ["PATH": "\(directory.path("bin")):/usr/bin:/bin"] }

    /// Returns a runner whose commands write to the files `output` and `errors`.
    func runner() throws -> CommandRunner { try runner(whenFound: nil) }

    /// Returns a runner that checks its first command, and creates the file `found` if docker is available.
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
