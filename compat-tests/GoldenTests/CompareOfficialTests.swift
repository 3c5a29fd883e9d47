import FoundationEssentials
import GoldenSuite
import SystemIO
import TestSupport
import Testing

/// The runner against official scripts, with scripts of which it is known what they do.
@Suite(.timeLimit(.minutes(5))) struct CompareOfficialTests {
    private let suite: Suite
    private let recordings: [Recording]

    init() throws {
        suite = try Suite()
        recordings = try suite.comparableCases()
    }

    @Test func scriptsThatDoAsRecordedAreTheSameOrDifferAsListed() async throws {
        let scripts = try ReplayingScripts(recordings)
        let (status, table) = try await compare(scripts, [])
        #expect(status == 0, "\(table)")
        let shell = recordings.filter { $0.script.hasSuffix(".sh") }
        let rows = table.split(separator: "\n")
        let same = rows.filter { $0.hasSuffix(" same") && !$0.contains(",") }.count
        let listed = rows.filter { $0.contains(" listed difference: ") }.count
        #expect(same + listed == shell.count, "\(table)")
        // Some differences are seen under another engine only.
        let different = try shell.filter { recording in
            try !recording.expect.differences(from: suite.expectation(for: recording), names: ("a", "b")).isEmpty
        }
        #expect(listed == different.count, "\(table)")
    }

    private static let deviationRows: [(String, String, String)] = [
        ("save-defaults-extra-line", "echo more", "a line of output"),
        ("save-defaults-extra-call", "docker inspect x >/dev/null 2>&1 || :", "a call"),
        ("save-defaults-file", "echo x >more.txt", "a file"),
        ("save-defaults-exit", "exit 3", "an exit status"),
    ]

    @Test(arguments: deviationRows)
    func aScriptThatDeviatesIsDifferent(_ row: String, _ deviation: String, _ reason: String) async throws {
        let name = "save-v2.4-defaults"
        let scripts = try ReplayingScripts(recordings, more: [name: deviation])
        let (status, table) = try await compare(scripts, [name])
        #expect(status == 1, "\(reason)")
        #expect(table.contains("DIFFERENT\n"), "\(reason)")
    }

    @Test func aListedDifferenceMustBeTheRecordedOne() async throws {
        let scripts = try ReplayingScripts(recordings, more: ["save-crlf": "echo more"])
        let (status, table) = try await compare(scripts, ["save-crlf"])
        #expect(status == 1)
        #expect(table.contains("  + more"), "\(table)")
    }

    @Test func scriptsThatAreNotThereAreNotRun() async throws {
        let scripts = try ReplayingScripts(recordings.filter { $0.executable == "rancher-save-images" })
        let (status, table) = try await compare(scripts, ["load-defaults", "save-crlf"])
        #expect(status == 0)
        #expect(table.contains("not run: no rancher-load-images.sh"), "\(table)")
    }

    @Test func olderReleasesDifferInWhatTheyLack() async throws {
        let (status, table) = try await compare(ScriptsOfOurOwn(ScriptsOfOurOwn.older).directory, [])
        #expect(status == 0, "\(table)")
        #expect(
            table.contains(
                "save-empty-list                             listed difference: a release that saves no images too"
            )
        )
        #expect(
            table.contains("load-charts-containerd                      listed difference: a release without charts\n")
        )
    }

    @Test func olderReleasesAreComparedWhereTheListHasCharts() async throws {
        let scripts = try ScriptsOfOurOwn(ScriptsOfOurOwn.older + [("Image pull success: ", "Image pulled: ")])
        let (status, table) = try await compare(scripts.directory, ["save-charts-containerd"])
        #expect(status == 1)
        #expect(table.contains("  - Image pulled: "), "\(table)")
    }

    @Test func helmKnowsThatARegistryOnThisMachineHasNoTLS() async throws {
        let scripts = try ScriptsOfOurOwn([("localhost* | 127.0.0.1*", "127.0.0.1*")])
        let (status, table) = try await compare(scripts.directory, ["load-charts-helm-localhost"])
        #expect(status == 1)
        #expect(table.contains("load-charts-helm-localhost                  DIFFERENT\n"), "\(table)")
    }

    private static let errors: [(words: [String], sentence: String)] = [
        ([], "no directory of official scripts is named"),
        (["/no/such/directory"], "/no/such/directory is no directory: put the official scripts of a release into one"),
        (["/tmp", "--case", "x", "--case", "save-crlf"], "there is no case x: compat-tests/recordings has the cases"),
        (["/tmp", "--case"], "--case has no value"),
        (["/tmp", "--random", "many"], "--random: 'many' is no number from 1 to 1000000"),
        (["/tmp", "--seed", "2"], "--seed belongs to --random"),
        (["/tmp", "--shrink", "2"], "--shrink belongs to --random"),
        (["/tmp", "--frobnicate"], "--frobnicate is no flag"),
        (["/proc/self/fd", "--random", "1"], "/proc/self/fd has no script that can be run here"),
        (["/proc/self/fd", "--case", "save-crlf"], "nothing could be compared"),
    ]

    @Test(arguments: errors)
    func reportsErrorsInTheCommandLine(_ words: [String], _ sentence: String) async throws {
        let outcome = try await ChildProcess.run(
            ["\(suite.products)/compare-official"] + words,
            environment: ProcessInfo.processInfo.environment
        )
        #expect(outcome.status.shellStatus == 2)
        let lines = String(decoding: outcome.errors, as: UTF8.self).split(separator: "\n")
        #expect(lines.first == "compare-official: \(sentence)")
    }

    private func compare(_ scripts: ReplayingScripts, _ names: [String]) async throws -> (status: Int32, table: String)
    {
        try await compare(scripts.directory, names)
    }

    /// Runs the executable on the fake alone.
    private func compare(_ scripts: TemporaryDirectory, _ names: [String]) async throws -> (
        status: Int32, table: String
    ) {
        let outcome = try await ChildProcess.run(
            ["\(suite.products)/compare-official", scripts.path, "--stand-ins-only"]
                + names.flatMap { ["--case", $0] },
            environment: ProcessInfo.processInfo.environment,
            output: .keep(last: 1 << 20)
        )
        return (outcome.status.shellStatus, String(decoding: outcome.output, as: UTF8.self))
    }
}
