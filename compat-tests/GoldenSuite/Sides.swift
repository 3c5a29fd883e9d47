import CaseFormat
import FoundationEssentials
import TestSupport

/// The two sides of a comparison: official scripts, and the executables that replace them.
struct Sides: Sendable {
    /// The suite that the executables are of.
    let suite: Suite
    private let scripts: String
    private let tools: ToolDirectory
    private let powerShell: PowerShell.Finding

    /// - Parameter scripts: the directory of the official scripts.
    init(_ suite: Suite, scripts: String) async throws {
        self.suite = suite
        self.scripts = scripts
        tools = try ToolDirectory()
        powerShell = try await PowerShell.find()
    }

    /// Returns the reason why a script cannot be run, or `nil` if it can.
    func whyNot(_ script: String) -> String? {
        guard FileManager.default.fileExists(atPath: "\(scripts)/\(script)") else { return "no \(script)" }
        if script.hasSuffix(".ps1"), case .none(let reason) = powerShell { return reason }
        return nil
    }

    /// The official script of a name.
    func script(_ name: String) throws -> OfficialScript { try OfficialScript("\(scripts)/\(name)") }

    /// Runs the official script of a recording.
    func runOfficial(_ recording: Recording) async throws -> Account {
        let directory = try CaseDirectory(recording, fakeCommand: suite.fakeCommand)
        var shell = ["bash"]
        var variables: [String: String] = [:]
        if recording.isPowerShell, case .found(let powerShell) = powerShell {
            shell = powerShell.command
            variables = powerShell.variables
        }
        let path = "\(scripts)/\(recording.script)"
        return try await directory.runOfficial(path, by: shell, tools: tools.path, variables: variables)
            .withShortUsage.withoutMarkers
    }

    /// Runs the official script of a case.
    func runOfficial(_ case: Case) async throws -> Account {
        try await withRecording(of: `case`) { try await runOfficial($0) }
    }

    /// Runs the executable of a case.
    func runOurs(_ case: Case) async throws -> Account {
        try await withRecording(of: `case`) { try await suite.runOurs($0) }
    }

    private func withRecording(of case: Case, _ run: (Recording) async throws -> Account) async throws -> Account {
        let directory = try TemporaryDirectory()
        let nothing = Account(exit: 0, stdout: "", stderr: "", calls: [], files: [:])
        let path = try directory.write(`case`.fileText(official: "", expect: nothing), to: "case.json")
        return try await run(try Recording.read(path))
    }
}

extension Account {
    /// The account with each marker replaced by its character.
    fileprivate var withoutMarkers: Account {
        var account = self
        account.stdout = Marker.undone(stdout)
        account.stderr = Marker.undone(stderr)
        account.files = Dictionary(uniqueKeysWithValues: files.map { (Marker.undone($0.key), $0.value) })
        return account
    }
}
