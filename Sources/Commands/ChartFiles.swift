import ByteIO
import FoundationEssentials
import Glibc
import ImageEngine
import ScriptInterface

/// The charts that lie in files of a folder beside the archive.
struct ChartFiles: Sendable {
    private let mover: any ChartMover

    /// - Parameter mover: pulls and pushes them.
    init(_ mover: any ChartMover) { self.mover = mover }

    /// How many charts there are in the folder.
    static var count: Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: Chart.folder)) ?? []
        return names.filter { $0.hasSuffix(".tgz") }.count
    }

    /// Whether a chart's file is there.
    static func exists(_ chart: Chart) -> Bool { access(chart.file, F_OK) == 0 }

    /// The chart that a reference names.
    static func chart(_ reference: String) throws(ChartError) -> Chart {
        guard let chart = Chart(reference) else {
            throw ChartError("a chart needs a tag, which is its version", status: 1)
        }
        return chart
    }

    /// Pulls a chart into the folder, which is made where it is not there.
    func pull(_ reference: String) async throws {
        let chart = try Self.chart(reference)
        guard mkdir(Chart.folder, 0o777) == 0 || errno == EEXIST else {
            throw ChartError(
                FileError(operation: "make the folder", path: Chart.folder, code: errno).description,
                status: 1
            )
        }
        try await mover.pull(chart.url, version: chart.version, into: Chart.folder)
    }

    /// Pushes a chart from the folder.
    ///
    /// - Parameter registry: as it was typed.
    func push(_ chart: Chart, registry: String) async throws {
        let plainHTTP = Chart.usesPlainHTTP(registry: registry)
        try await mover.push(chart.file, to: chart.namespaceURL, plainHTTP: plainHTTP)
    }
}
