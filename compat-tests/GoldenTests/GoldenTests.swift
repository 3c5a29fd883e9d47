import FoundationEssentials
import GoldenSuite
import Testing

/// The executables against the recordings of the official scripts: exit status, standard output, calls and files to the byte.
@Suite(.timeLimit(.minutes(5))) struct GoldenTests {
    /// Whether the run writes `differences` again for deliberate differences. Such a run fails.
    private static let isRecording = ProcessInfo.processInfo.environment["RECORD_DIFFERENCES"] == "1"
    private static let suite = Result { try Suite() }
    private static let recordings = (try? suite.get().recordings()) ?? []
    private static let ownCases = (try? suite.get().ownCases()) ?? []

    @Test func allRecordingsAreThere() {
        #expect(Self.recordings.count == 131)
        #expect(Self.ownCases.count == 46)
    }

    @Test(arguments: recordings.filter(\.differs.isEmpty).map(CaseName.init))
    func doesAsTheScriptDoes(_ name: CaseName) async throws {
        let suite = try Self.suite.get()
        let ours = try await suite.runOurs(name.recording)
        let differences = name.recording.expect.differences(from: ours, names: ("script", "executable"))
        #expect(differences.isEmpty, "\n\(differences.joined(separator: "\n"))\nstandard error:\n\(ours.stderr)")
    }

    @Test(arguments: recordings.filter { !$0.differs.isEmpty }.map(CaseName.init))
    func deliberateDifferencesAreAsRecorded(_ name: CaseName) async throws {
        let suite = try Self.suite.get()
        let recording = name.recording
        let ours = try await suite.runOurs(recording)
        if Self.isRecording {
            try suite.record(ours, for: recording)
            Issue.record(
                "recorded: look at compat-tests/differences/\(name.testDescription).json, and run the test without it"
            )
            return
        }
        let expected = try suite.expectation(for: recording)
        let differences = expected.differences(from: ours, names: ("expected", "executable"))
        #expect(differences.isEmpty, "\n\(differences.joined(separator: "\n"))")
        #expect(ours.stderr == expected.stderr, "the difference is told otherwise on standard error")
        if recording.differs != "old" {
            let shown = recording.expect.differences(from: ours, names: ("script", "executable"))
            #expect(
                !shown.isEmpty || recording.expect.stderr != ours.stderr,
                "no difference shows: take \(recording.differs) off"
            )
            #expect(!ours.stderr.isEmpty, "\(recording.differs) is not told on standard error")
        }
    }

    @Test(arguments: ownCases.map(CaseName.init))
    func doesAsOurCasesSay(_ name: CaseName) async throws {
        let suite = try Self.suite.get()
        let ours = try await suite.runOurs(name.recording)
        let differences = name.recording.expect.differences(from: ours, names: ("expected", "executable"))
        #expect(differences.isEmpty, "\n\(differences.joined(separator: "\n"))")
        #expect(Self.withoutTrace(ours.stderr) == name.recording.expect.stderr)
    }

    /// Returns the text without the lines of `--verbose` for requests, in which times vary.
    private static func withoutTrace(_ errors: String) -> String {
        errors.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.contains(": > ") }
            .joined(separator: "\n")
    }
}

/// A recording that shows as its name in a list of tests.
struct CaseName: Sendable, CustomTestStringConvertible {
    let recording: Recording

    init(_ recording: Recording) { self.recording = recording }

    var testDescription: String { recording.name }
}
