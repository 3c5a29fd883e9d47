import Charts
import CommandLine
import Engine
import Glibc
import SystemIO

/// The charts that are files of a directory next to the archive.
struct ChartFiles: Sendable {
    private let mover: any ChartMover
    private let console: Console

    /// - Parameters:
    ///   - mover: pulls and pushes the charts.
    ///   - console: prints notices about differences from the scripts.
    init(_ mover: any ChartMover, console: Console) {
        self.mover = mover
        self.console = console
    }

    /// The number of charts in the directory; the shell's `*.tgz` finds no hidden ones.
    static var count: Int { ShellPath("\(ChartReference.directory)/*.tgz").matches.count }

    /// Whether a chart's file exists.
    static func exists(_ chart: ChartReference) -> Bool {
        var status = stat()
        return stat(chart.file.nativeCString, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Creates the directory. If that fails, the run continues until a chart fails, as in the script.
    static func makeDirectory(_ console: Console) {
        if mkdir(ChartReference.directory, 0o777) != 0, errno != EEXIST {
            console.notice("\(FileError(operation: "make the directory", path: ChartReference.directory, code: errno))")
        }
    }

    /// Pulls a chart into the directory.
    func pull(_ reference: String) async throws {
        let chart = chart(reference)
        try await mover.pull(chart.url, version: chart.version, into: ChartReference.directory)
    }

    /// The chart that a reference names.
    func chart(_ reference: String) -> ChartReference {
        let chart = ChartReference(reference)
        if chart.hasOtherVersionInScripts {
            console.remark(
                "\(reference): the version of the chart is \(chart.version), which follows the last colon"
            )
        }
        return chart
    }

    /// Pushes a chart from the directory.
    ///
    /// - Parameter registry: as typed by the user.
    func push(_ chart: ChartReference, to registry: String) async throws {
        let plainHTTP = ChartReference.usesPlainHTTP(registry: registry)
        try await mover.push(chart.file, to: chart.namespaceURL(in: registry), plainHTTP: plainHTTP)
    }
}
