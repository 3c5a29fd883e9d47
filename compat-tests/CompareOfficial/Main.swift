import Glibc
import GoldenSuite

/// Compares official scripts with the executables.
@main
struct Main {
    private static let usage = """
        USAGE: compat-tests/compare-official FOLDER [--case NAME]... [--stand-ins-only]

          FOLDER            has official scripts of one Rancher release: rancher-save-images.sh,
                            rancher-load-images.sh, and the .ps1 pair; those that are not there are left out
          --case NAME       only this case; may be repeated
          --stand-ins-only  not with a real docker too
        """

    @concurrent
    static func main() async {
        var words = CommandLine.arguments.dropFirst()
        var folder: String?
        var cases: Set<String> = []
        var standInsOnly = false
        while let word = words.popFirst() {
            switch word {
            case "--case": if let name = words.popFirst() { cases.insert(name) }
            case "--stand-ins-only": standInsOnly = true
            case _ where word.hasPrefix("-") || folder != nil: fail()
            default: folder = word
            }
        }
        guard let folder else { fail() }
        do {
            var table = Table()
            try await compareWithStandIns(folder, cases, into: &table)
            if !standInsOnly, cases.isEmpty {
                table.add(RealDocker.name, try await RealDocker(try Suite(), scripts: folder).compare())
            }
            table.printSummary()
            exit(table.hasDifferent || !table.hasRun ? 1 : 0)
        } catch {
            print("compare-official: \(error)")
            exit(2)
        }
    }

    private static func compareWithStandIns(_ folder: String, _ cases: Set<String>, into table: inout Table)
        async throws
    {
        let suite = try Suite()
        let comparison = try Comparison(suite, scripts: folder)
        for recording in try suite.recordings() where cases.isEmpty || cases.contains(recording.name) {
            table.add(recording.name, try await comparison.run(recording))
        }
    }

    private static func fail() -> Never {
        print(usage)
        exit(2)
    }
}
