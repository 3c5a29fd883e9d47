import Charts
import Engine
import ImageArchive
import OCI

/// Writes the charts among the images of a save into files, for loads by a docker without the containerd image store.
///
/// Charts are downloaded before everything else, since a chart that fails ends the run.
struct ChartExporter: Sendable {
    let setup: SaveSetup
    let requests: [PullRequest]

    /// Writes each chart once, several charts at a time.
    ///
    /// - Returns: the files by the digests of their blobs, from which the archive gets these blobs.
    /// - Throws: ``ChartFailure`` for the first chart of the list that fails.
    func write(_ found: [ResolvedName], outcomes: OrderedOutcomes) async throws -> [Digest: String] {
        guard let path = setup.chartFile else { return [:] }
        try check(outcomes)
        let names = Set(requests.filter(\.image.isChart).map(\.source))
        let charts = found.filter { names.contains($0.name) }
        let download = ChartDownload(fetcher: setup.fetcher, counters: setup.counters)
        var files: [Digest: String] = [:]
        var failures: [Int: ChartFailure] = [:]
        try await slidingWindow(over: charts, width: setup.jobs) { chart -> Result<[Digest: String], any Error> in
            do {
                return .success(try await write(chart, to: path(chart.name), by: download))
            } catch {
                return .failure(error)
            }
        } deliver: { index, result in
            try Task.checkCancellation()
            switch result {
            case .success(let written): files.merge(written) { $1 }
            case .failure(let error): failures[index] = ChartFailure(charts[index].name.text, ChartError(error))
            }
        }
        if let first = failures.min(by: { $0.key < $1.key }) { throw first.value }
        return files
    }

    /// - Throws: ``ChartFailure`` for the first chart of the list that failed.
    func check(_ outcomes: OrderedOutcomes) throws {
        guard setup.chartFile != nil else { return }
        for request in requests where request.image.isChart {
            guard let cause = outcomes.cause(of: request) else { continue }
            throw ChartFailure(request.source.text, ChartError(cause))
        }
    }

    /// Writes a chart. No file is written if a name that the scripts treat as a chart's resolves to something else, which docker treats
    /// as an image.
    private func write(
        _ chart: ResolvedName,
        to path: String,
        by download: ChartDownload
    ) async throws -> [Digest: String] {
        guard let content = ChartContent(chart.image.principal) else {
            setup.notice(
                Notice(
                    .noChart,
                    "\(chart.name): it is no Helm chart: the archive has it, and no file is written for it"
                )
            )
            return [:]
        }
        return try await download.write(content, from: chart.reference.repository, to: path)
    }
}

extension ChartError {
    /// An error without the output of a command; the scripts' lines show its description instead.
    init(_ cause: any Error) { self.init("\(cause)") }

    init(_ cause: String) { self.init(cause, status: 1, output: Array(cause.utf8)) }
}
