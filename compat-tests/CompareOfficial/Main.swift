import FoundationEssentials
import Glibc
import GoldenSuite

/// Compares official scripts with the executables. The exit status is 1 if there is a difference that is not listed, 2 if nothing
/// could be compared.
@main
struct Main {
    @concurrent
    static func main() async {
        let words = Array(CommandLine.arguments.dropFirst())
        if words.contains(where: { $0 == "-h" || $0 == "--help" }) {
            print(Arguments.usage)
            exit(0)
        }
        do {
            let arguments = try Arguments(words)
            try requireDirectory(arguments.directory)
            let isSame =
                if let count = arguments.random {
                    try await compareRandomly(arguments, count)
                } else {
                    try await compareRecordings(arguments)
                }
            exit(isSame ? 0 : 1)
        } catch {
            writeError("compare-official: \(error)")
            if error is ArgumentError { writeError(Arguments.usage) }
            exit(2)
        }
    }

    private static func compareRecordings(_ arguments: Arguments) async throws -> Bool {
        let suite = try Suite()
        let recordings = try suite.comparableCases()
        let unknown = arguments.cases.subtracting(recordings.map(\.name)).sorted()
        guard unknown.isEmpty else {
            throw SuiteError(
                "there is no case \(unknown.joined(separator: ", ")): compat-tests/recordings has the cases"
            )
        }
        let comparison = try await Comparison(suite, scripts: arguments.directory)
        var table = Table()
        for recording in recordings where arguments.cases.isEmpty || arguments.cases.contains(recording.name) {
            table.add(recording.name, try await comparison.run(recording))
        }
        if !arguments.standInsOnly, arguments.cases.isEmpty {
            table.add(RealDocker.name, try await RealDocker(suite, scripts: arguments.directory).compare())
        }
        table.printSummary()
        guard table.hasRun else { throw SuiteError("nothing could be compared") }
        return !table.hasDifferent
    }

    private static func compareRandomly(_ arguments: Arguments, _ count: Int) async throws -> Bool {
        let comparison = try await RandomComparison(try Suite(), scripts: arguments.directory, seed: arguments.seed)
        var summary = RandomSummary()
        let findings = try await comparison.run(count, shrinking: arguments.shrinking) { row in
            summary.add(row)
            if row.number % 100 == 0, row.number < count {
                writeError("compare-official: \(row.number) of \(count) cases")
            }
        }
        summary.print(findings, of: count, seed: arguments.seed)
        return findings.isEmpty
    }

    private static func requireDirectory(_ directory: String) throws {
        var isDirectory = false
        guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory else {
            throw SuiteError("\(directory) is no directory: put the official scripts of a release into one")
        }
    }

    private static func writeError(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
