import ByteIO
import DockerEngine
import TestSupport

/// A folder with a `docker` that is a few lines of shell, and files for what is printed.
///
/// The folder goes with the object, so it is to be kept to the end of a test.
final class FakeDocker: Sendable {
    let folder: TemporaryFolder

    /// - Parameter script: what it does; the words are `$1`, `$2` …
    init(_ script: String) throws {
        folder = try TemporaryFolder()
        try folder.write("#!/bin/sh\n\(script)\n", to: "script")
        // By another process: where this one has a file open for writing while another test starts a command, which has it
        // open too for a moment, the file cannot be executed.
        try folder.shell("mkdir bin && cp script bin/docker && chmod 755 bin/docker && rm script")
    }

    var environment: [String: String] { ["PATH": "\(folder.path("bin")):/usr/bin:/bin"] }

    /// A runner whose commands write into the files `output` and `errors`.
    func runner() throws -> CommandRunner { try runner(whenFound: nil) }

    /// A runner whose first command decides whether there is a docker; if there is, it makes the file `found`.
    func probingRunner() throws -> CommandRunner {
        try runner { [folder] in _ = try? folder.write("", to: "found") }
    }

    private func runner(whenFound: (@Sendable () -> Void)?) throws -> CommandRunner {
        let output = try File(folder.path("output"), for: .creating)
        let errors = try File(folder.path("errors"), for: .creating)
        let streams = CommandStreams(output: output, errors: { try errors.write($0) })
        return CommandRunner(environment: environment, streams: streams, whenFound: whenFound)
    }
}
