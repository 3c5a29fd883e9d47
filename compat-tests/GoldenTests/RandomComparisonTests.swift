import FoundationEssentials
import GoldenSuite
import SystemIO
import TestSupport
import Testing

/// The random comparison with scripts whose behavior is known.
@Suite(.timeLimit(.minutes(60))) struct RandomComparisonTests {
    /// The number of cases of each comparison; `RANDOM_CASES` sets another one.
    fileprivate static let count = ProcessInfo.processInfo.environment["RANDOM_CASES"].flatMap(Int.init) ?? 60

    /// A text of the scripts, its replacement, and a line that only the altered script can cause.
    private static let alterations: [(text: String, other: String, shows: String)] = [
        ("Image pull success: ", "Image pulled: ", "^ +- Image pulled: "),
        ("$target\" --purge", "$target\" --purged", "^ +- .*docker manifest push .* --purged$"),
        ("localhost* | 127.0.0.1*", "127.0.0.1*", "^ +- helm push .* oci://localhost[^ ]*$"),
    ]

    @Test(arguments: alterations)
    func findsAnAlteredLine(_ text: String, _ other: String, _ shows: String) async throws {
        let (status, output) = try await compare(ScriptsOfOurOwn([(text, other)]))
        #expect(status == 1)
        #expect(output.contains(try Regex(shows).anchorsMatchLineEndings()), "\(output)")
    }

    @Test func findsNoDifferenceInUnalteredScripts() async throws {
        let (status, output) = try await compare(ScriptsOfOurOwn())
        #expect(status == 0, "\(output)")
    }

    @Test func aFindingIsAValidCaseFile() async throws {
        let (_, output) = try await compare(ScriptsOfOurOwn([("Image pull success: ", "Image pulled: ")]), count: 20)
        let start = try #require(output.firstRange(of: "as a case file, with what the script did:\n")).upperBound
        let end = try #require(output[start...].firstRange(of: "\n}\n")).upperBound
        let directory = try TemporaryDirectory()
        let recording = try Recording.read(try directory.write(String(output[start..<end]), to: "found.json"))
        let ours = try await Suite().runOurs(recording)
        let differences = recording.expect.differences(from: ours, names: ("script", "executable"))
        #expect(differences.contains { $0.hasPrefix("  - Image pulled: ") })
    }

    private func compare(_ scripts: ScriptsOfOurOwn, count: Int = RandomComparisonTests.count) async throws -> (
        status: Int32, output: String
    ) {
        let outcome = try await ChildProcess.run(
            [
                "\(try Suite().products)/compare-official", scripts.directory.path, "--random", "\(count)", "--shrink",
                "1",
            ],
            environment: ProcessInfo.processInfo.environment,
            output: .keep(last: 1 << 20)
        )
        return (outcome.status.shellStatus, String(decoding: outcome.output, as: UTF8.self))
    }
}
