import FoundationEssentials

/// Runs official scripts and the executables side by side, each case with both.
package struct Comparison: Sendable {
    /// How a case came out.
    package enum Verdict: Equatable, Sendable {
        /// Both did the same.
        case same
        /// They did not, as a list says: a deliberate difference, or what the script's release lacks.
        case listed(String)
        /// They did not, and nothing says so; with the lines that show it.
        case different([String])
        /// The script was not run, for this reason.
        case notRun(String)
    }

    private let suite: Suite
    private let scripts: String
    private let tools: ToolFolder
    private let powerShell: PowerShell?

    /// A comparison with the scripts of a folder.
    package init(_ suite: Suite, scripts: String) throws {
        self.suite = suite
        self.scripts = scripts
        tools = try ToolFolder()
        powerShell = try PowerShell()
    }

    /// Runs a case with both sides.
    package func run(_ recording: Recording) async throws -> Verdict {
        let path = "\(scripts)/\(recording.script)"
        guard FileManager.default.fileExists(atPath: path) else { return .notRun("no \(recording.script)") }
        let script = try OfficialScript(path)
        let official: Account
        let folder = try CaseFolder(recording, standIn: suite.standIn)
        if recording.isPowerShell {
            guard let powerShell else { return .notRun("pwsh is not installed") }
            official = try await folder.runOfficial(
                path,
                by: powerShell.command,
                tools: tools.path,
                variables: powerShell.variables
            )
        } else {
            official = try await folder.runOfficial(path, by: ["bash"], tools: tools.path)
        }
        let ours = try await suite.runOurs(recording)
        return try judge(recording, script, official.withShortUsage, ours)
    }

    private func judge(
        _ recording: Recording,
        _ script: OfficialScript,
        _ official: Account,
        _ ours: Account
    ) throws -> Verdict {
        let differences = official.differences(from: ours, names: ("script", "executable"))
        if differences.isEmpty { return .same }

        // The executables have to do what they are meant to, whatever the script does.
        let wrong = try suite.expectation(for: recording).differences(from: ours, names: ("expected", "executable"))
        guard wrong.isEmpty else { return .different(wrong) }
        if let reason = script.lacks(for: recording) { return .listed(reason) }
        if recording.differs == "old" { return .listed("changed after \(recording.official)") }
        guard !recording.differs.isEmpty else { return .different(differences) }
        let changed = recording.expect.differences(from: official, names: ("recorded", "script"))
        return changed.isEmpty ? .listed(recording.differs) : .different(changed)
    }
}
