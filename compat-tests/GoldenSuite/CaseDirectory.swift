import CaseFormat
import FoundationEssentials
import Glibc
import SystemIO
import TestSupport

/// A directory for one run of a case: the case's own directory `work` with the files that were there before, a directory of fake,
/// and the log of their calls.
package final class CaseDirectory: Sendable {
    private let recording: Recording
    private let root: TemporaryDirectory
    private let filesBefore: [String: [UInt8]]

    /// Creates the directory.
    ///
    /// - Parameters:
    ///   - fakeCommand: the path of the executable that acts as docker and helm.
    ///   - files: content that replaces that of files of the recording.
    package init(_ recording: Recording, fakeCommand: String, files: [String: [UInt8]] = [:]) throws {
        self.recording = recording
        root = try TemporaryDirectory()
        filesBefore = try recording.filesBefore().merging(files) { $1 }
        for directory in ["work", "bin", "home"] {
            try FileManager.default.createDirectory(atPath: root.path(directory), withIntermediateDirectories: true)
        }
        for (path, bytes) in filesBefore { try root.write(bytes, to: "work/" + path) }
        try root.write("", to: "calls")
        if recording.hasDocker { try link(fakeCommand, "bin/docker") }
        if recording.hasHelm { try link(fakeCommand, "bin/helm") }
    }

    /// The variables by which the executables run docker, as the scripts do.
    package static let dockerEngine = ["RANCHER_IMAGES_ENGINE": "docker"]

    /// Runs one of our executables under the script's name, with no command to run but the fake.
    ///
    /// - Parameters:
    ///   - executable: its path.
    ///   - variables: variables in addition to `PATH`, `HOME` and those of the recording; `nil` selects docker's engine, by a variable
    ///     only if it is not the default of the call.
    package func runOurs(_ executable: String, variables: [String: String]? = nil) async throws -> Account {
        let variables = try variables ?? (recording.takesDocker ? [:] : Self.dockerEngine)
        try link(executable, "work/" + recording.script)
        // PowerShell's script has its full path as its name.
        let name = recording.isPowerShell ? root.path("work/" + recording.script) : "./" + recording.script
        return try await run([name], variables.merging(path) { $1 })
    }

    /// Starts one of our executables as ``runOurs(_:)`` runs it, and waits until a fake has begun with what does not end.
    ///
    /// - Returns: the executable's process, and the number of the fake's.
    package func startOurs(_ executable: String) async throws -> (process: ChildProcess, fakeCommand: Int32) {
        try link(executable, "work/" + recording.script)
        let process = try ChildProcess.start(
            try words(["./" + recording.script]),
            environment: environment(Self.dockerEngine.merging(path) { $1 })
        )
        for _ in 0..<1200 {
            if let number = Int32((try? root.text("calls.process")) ?? "") { return (process, number) }
            try await Task.sleep(for: .milliseconds(50))
        }
        process.terminate(SIGKILL)
        throw SuiteError("no fake was called")
    }

    /// The names in the case's directory.
    package func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.path("work")).sorted()
    }

    /// The text of a file in the case's directory.
    package func text(_ name: String) throws -> String { try root.text("work/" + name) }

    private var path: [String: String] { ["PATH": root.path("bin")] }

    /// Runs a script with the arguments of the recording.
    ///
    /// - Parameters:
    ///   - script: its path; it is copied.
    ///   - shell: the shell that runs it, with the arguments before the script's name.
    ///   - tools: a directory of commands that it may run, without docker and helm.
    ///   - variables: more variables for it.
    package func runOfficial(
        _ script: String,
        by shell: [String],
        tools: String,
        variables: [String: String] = [:]
    ) async throws -> Account {
        try FileManager.default.copyItem(atPath: script, toPath: root.path("work/" + recording.script))
        let path = ["PATH": "\(root.path("bin")):\(tools)"]
        return try await run(shell + ["./" + recording.script], path.merging(variables) { $1 })
    }

    private func run(_ command: [String], _ variables: [String: String]) async throws -> Account {
        let outcome = try await ChildProcess.run(
            try words(command),
            environment: environment(variables),
            output: .keep(last: 1 << 20),
            errors: .keep(last: 1 << 20),
            timeLimit: .seconds(120)
        )
        let calls = try CallLog.calls(root.text("calls"))
        var account = Account(
            exit: outcome.status.shellStatus,
            stdout: withoutRoot(outcome.output),
            stderr: withoutRoot(outcome.errors),
            calls: calls.map(\.words),
            files: try await changedFiles()
        )
        account.statuses = calls.map(\.status)
        return account
    }

    /// Returns the command line that runs a command in the case's directory with the arguments of the case. Standard input is a
    /// pipe if the case has one.
    private func words(_ command: [String]) throws -> [String] {
        let words = ["/usr/bin/env", "-C", root.path("work")] + command + recording.argv
        guard let input = recording.stdin else { return words }
        return ["/bin/sh", "-c", "/bin/cat \"$0\" | \"$@\"", try root.write(input, to: "stdin")] + words
    }

    private func environment(_ variables: [String: String]) -> [String: String] {
        [
            "HOME": root.path("home"), "LC_ALL": "C.UTF-8",
            "STAND_IN_RECORDING": recording.path, "STAND_IN_LOG": root.path("calls"),
        ]
        .merging(variables) { $1 }.merging(recording.env) { $1 }
    }

    private func link(_ target: String, _ name: String) throws {
        try FileManager.default.createSymbolicLink(atPath: root.path(name), withDestinationPath: target)
    }

    private func withoutRoot(_ bytes: [UInt8]) -> String {
        String(readable: bytes).replacing(root.path, with: "ROOT")
    }

    private func changedFiles() async throws -> [String: Account.File] {
        let work = root.path("work")
        let paths = try FileManager.default.subpathsOfDirectory(atPath: work)
            .filter { path in
                var isDirectory = false
                return FileManager.default.fileExists(atPath: "\(work)/\(path)", isDirectory: &isDirectory)
                    && !isDirectory
                    && path != recording.script
            }
        var files: [String: Account.File] = [:]
        for path in paths {
            let bytes = try root.bytes("work/" + path)
            if bytes != filesBefore[path] { files[path] = try await file(bytes, "work/" + path) }
        }
        for path in filesBefore.keys where !paths.contains(path) { files[path] = .init(kind: "gone", text: "") }
        return files
    }

    /// Describes a file; `gzip` itself checks whether it can read it.
    private func file(_ bytes: [UInt8], _ path: String) async throws -> Account.File {
        guard bytes.starts(with: [0x1F, 0x8B]) else {
            return Account.File(kind: "plain", text: SavedNames.text(of: bytes))
        }
        let unpacked = try await ChildProcess.run(
            ["gzip", "-dc", root.path(path)],
            environment: ProcessInfo.processInfo.environment,
            output: .keep(last: 1 << 20)
        )
        let kind = unpacked.status.isSuccess ? "gzip" : "broken gzip"
        return Account.File(kind: kind, text: String(readable: unpacked.output))
    }
}
