import Engine
import ImageArchive
import OCI

/// Writes the charts among the images of a save into files of their own, before anything else is fetched: a chart that fails ends
/// the run, and whoever has no docker with the containerd store loads the files.
struct ChartExporter: Sendable {
    let setup: SaveSetup
    let requests: [PullRequest]

    /// Writes each chart once, a few at a time.
    ///
    /// - Returns: the files by the digests of their blobs, for the archive to be filled from.
    /// - Throws: ``ChartFailure`` for the first one in the list that fails.
    func write(_ found: [ImageSearch<SavedImage>.Found], outcomes: OrderedOutcomes) async throws -> [Digest: String] {
        guard let path = setup.chartFile else { return [:] }
        try check(outcomes)
        let names = Set(requests.filter(\.image.isChart).map(\.source))
        let charts = found.filter { names.contains($0.name) }
        let download = ChartDownload(supply: setup.supply, counters: setup.counters)
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

    /// - Throws: ``ChartFailure`` for the first chart in the list that has failed.
    func check(_ outcomes: OrderedOutcomes) throws {
        guard setup.chartFile != nil else { return }
        for request in requests where request.image.isChart {
            guard let cause = outcomes.cause(of: request) else { continue }
            throw ChartFailure(request.source.text, ChartError(cause))
        }
    }

    /// Nothing is written where a name that the scripts take for a chart's leads to something else, which is an image to docker too.
    private func write(
        _ chart: ImageSearch<SavedImage>.Found,
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
    /// What the scripts' users see of an error that no command has told.
    init(_ cause: any Error) { self.init("\(cause)") }

    init(_ cause: String) { self.init(cause, status: 1, output: Array(cause.utf8)) }
}
