import FoundationEssentials
import GoldenSuite
import SystemIO
import TestSupport
import Testing

/// The runner with the scripts of PowerShell, by a fake for `pwsh` that records how it is called.
@Suite(.timeLimit(.minutes(5))) struct PowerShellTests {
    private let suite: Suite
    private let recordings: [Recording]

    init() throws {
        suite = try Suite()
        recordings = try suite.recordings().filter(\.isPowerShell)
    }

    @Test func runsTheScriptsWithTheirWordsAndTheProfile() async throws {
        let powerShell = try FakePowerShell()
        let scripts = try ReplayingScripts(recordings, family: ".ps1")
        let (status, told) = try await compare(scripts.directory, powerShell)
        #expect(status == 0, "\(told)")
        let rows = told.split(separator: "\n").filter { $0.hasPrefix("ps1-") }
        #expect(rows.count == recordings.count)
        #expect(
            rows.filter { $0.hasSuffix(" same") || $0.contains(" listed difference: D") }.count == rows.count,
            "\(told)"
        )

        let calls = try powerShell.calls()
        let words = stride(from: 0, to: calls.count, by: 2).map { calls[$0] }
        #expect(words.first?.hasPrefix("-NonInteractive -File /") == true)
        #expect(
            words.dropFirst()
                == recordings.map { (["-NonInteractive", "-File", "./" + $0.script] + $0.argv).joined(separator: " ") }[
                    ...
                ]
        )
        #expect(stride(from: 1, to: calls.count, by: 2).allSatisfy { calls[$0] == "profile" })
    }

    private static let failures: [(answer: String, sentence: String)] = [
        (
            "echo 'No usable version of ICU was found.' >&2; exit 134",
            "ran no script (exit status 134): No usable version of ICU was found."
        ),
        ("exit 1", "ran no script (exit status 1) without a message"),
        ("echo version 6.2.7; echo release 1809; exit", "is PowerShell 6.2.7: install PowerShell 7"),
        ("echo version 7.4.6; echo release; exit", "did not read the profile below XDG_CONFIG_HOME"),
    ]

    @Test(arguments: failures)
    func reportsWhyPowerShellDoesNotRunTheScripts(_ answer: String, _ sentence: String) async throws {
        let powerShell = try FakePowerShell(answer: answer)
        let scripts = try ReplayingScripts(recordings, family: ".ps1")
        let (status, told) = try await compare(scripts.directory, powerShell, ["--case", "ps1-save-defaults"])
        #expect(status == 2)
        #expect(told.contains("not run: \(powerShell.path) \(sentence)"), "\(told)")
    }

    @Test func comparesRandomCasesWhereItIs() async throws {
        let powerShell = try FakePowerShell()
        let scripts = try ScriptsOfOurOwn(family: ".ps1")
        let (status, told) = try await compare(scripts.directory, powerShell, ["--random", "60"])
        #expect(status == 0, "\(told)")
    }

    private func compare(
        _ scripts: TemporaryDirectory,
        _ powerShell: FakePowerShell,
        _ words: [String] = ["--stand-ins-only"]
    ) async throws -> (status: Int32, told: String) {
        let outcome = try await ChildProcess.run(
            ["\(suite.products)/compare-official", scripts.path] + words,
            environment: powerShell.environment,
            output: .keep(last: 1 << 20)
        )
        return (outcome.status.shellStatus, String(decoding: outcome.output, as: UTF8.self))
    }
}
