import Charts
import Engine
import OCI
import Registry
import SystemIO

/// Downloads charts into files.
struct ChartDownload: Sendable {
    let fetcher: BlobFetcher
    let counters: TransferCounters

    /// Writes a chart's file and its provenance file, if the chart has one. Each file appears under its name when it is complete.
    ///
    /// - Parameter path: the path of the chart's file; the provenance file has the suffix `.prov`.
    /// - Returns: the files by the digests of their blobs.
    func write(_ content: ChartContent, from repository: Repository, to path: String) async throws -> [Digest: String] {
        var files: [Digest: String] = [:]
        let wanted = [(content.provenance, path + ".prov"), (content.chart, path)]
        for case (let blob?, let path) in wanted {
            try await write(blob, from: repository, to: path)
            files[blob.digest] = path
        }
        return files
    }

    private func write(_ blob: Descriptor, from repository: Repository, to path: String) async throws {
        let unfinished = try await onThread { try StagedFile(for: path) }
        defer { unfinished.discard() }
        counters.plan(bytes: blob.size)
        let counter = counters.begin("\(blob.digest.short) of \(repository)", size: blob.size)
        defer { counter.end() }
        _ = try await fetcher.download(blob, from: [repository], to: FileSink(unfinished.file), counter)
        try await onThread { try unfinished.commit() }
    }
}
