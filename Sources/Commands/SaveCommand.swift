import ByteIO
import ImageEngine
import ScriptInterface

/// `rancher-save-images`: a list of images into an archive, in the order of the scripts.
struct SaveCommand: Sendable {
    let options: Options
    let setting: EngineSetting
    let console: Console

    /// - Returns: the exit status.
    func run() async -> Int32 {
        let list: ImageList
        do throws(ImageListError) {
            list = try ImageList.read(options.imageList, mode: options.mode)
        } catch {
            return tell(error)
        }
        for note in list.notes { console.warn(note.description) }
        guard !list.entries.isEmpty else {
            let status = FailedList.write([], to: options.extensions.failedList, console: console)
            return max(status, nothingPulled(console))
        }
        guard let archive = options.images, !archive.isEmpty else {
            console.warn("no archive is named: give --images the path of the file to write")
            return 1
        }
        do {
            let lines = lines(beside: archive)
            let engine = try await setting.saveEngine(archive: archive, console: console, lines: lines)
            let status = await save(list.entries, into: archive, with: engine, lines: lines)
            if status != 0 { engine.discard() }
            return status
        } catch is CancellationError {
            return stopped(archive)
        } catch {
            console.warn("\(error)")
            return 1
        }
    }

    /// Where the archive goes to standard output, nothing else may.
    private func lines(beside archive: String) -> Console {
        ArchiveStream.isStandardOutput(archive)
            ? Console(output: console.errors, errors: console.errors, programName: options.programName)
            : console
    }

    private func save(
        _ entries: [ImageList.Entry],
        into archive: String,
        with engine: any SaveEngine,
        lines: Console
    ) async -> Int32 {
        let record = PullRecord(mode: options.mode, lines: lines, console: console)
        do {
            let charts = try await pull(entries, with: engine, record: record, lines: lines)
            let pulled = record.pulled
            var status: Int32 = 0
            if pulled.isEmpty {
                engine.discard()
                status = nothingPulled(lines)
            } else {
                if options.mode == .shell { lines.print(ScriptLines.creating(archive, count: pulled.count)) }
                try await engine.save(pulled)
            }
            if charts > 0 {
                for line in ScriptLines.chartsSaved(count: ChartFiles.count) { lines.print(line) }
            }
            // By the names in the list, so that what failed is a list for the same command line.
            let naming = Naming(options)
            let failed = Set(record.failed)
            let failedImages = entries.map(\.reference).filter { failed.contains(naming.source($0)) }
            let summary = Summary(images: entries.count - charts, failedImages: failedImages, charts: charts)
            return max(status, summary.finish("saved", options.extensions, console: console))
        } catch is CancellationError {
            return stopped(archive)
        } catch {
            console.warn("\(error)")
            console.warn("\(archive) was not written; what was there before is as it was")
            return 1
        }
    }

    /// Pulls all images, and the charts among them, in the order of the list.
    ///
    /// - Returns: how many of the entries are charts that became files.
    private func pull(
        _ entries: [ImageList.Entry],
        with engine: any SaveEngine,
        record: PullRecord,
        lines: Console
    ) async throws -> Int {
        let naming = Naming(options)
        var files: ChartFiles?
        if entries.contains(where: { $0.isChart && options.mode == .shell }),
            case .files(let mover) = try await engine.chartHandling()
        {
            files = ChartFiles(mover)
        }
        var charts = 0
        for run in entries.chunked(by: { !$0.isChart || files == nil }) {
            let references = run.map { naming.source($0.reference) }
            guard let files, run.first?.isChart == true else {
                try await engine.pull(references, observer: record)
                continue
            }
            for reference in references {
                lines.print(ScriptLines.pullingChart(reference))
                do {
                    try await files.pull(reference)
                } catch let error as ChartError {
                    throw CommandError("\(reference): \(error)")
                }
                lines.print(ScriptLines.chartPullSuccess(reference))
            }
            charts += references.count
        }
        return charts
    }

    private func nothingPulled(_ lines: Console) -> Int32 {
        switch options.mode {
        case .shell:
            lines.print(ScriptLines.skipping(options.images ?? ""))
            return 0
        case .powerShell:
            for line in ScriptLines.nothingToSave(list: options.imageList ?? "") { lines.print(line) }
            return 1
        }
    }

    private func stopped(_ archive: String) -> Int32 {
        console.warn("stopped; \(archive) was not written")
        return 1
    }

    private func tell(_ error: ImageListError) -> Int32 {
        if options.mode == .powerShell, error.reason == .missing {
            console.print(ScriptLines.listNotFound(error.path))
            console.print(Usage.text(options.program, options.mode, programName: options.programName))
        }
        console.warn(error.description)
        return 1
    }
}

extension Array {
    /// Runs of elements for which the same is true, in order.
    fileprivate func chunked(by property: (Element) -> Bool) -> [[Element]] {
        var runs: [[Element]] = []
        var last: Bool?
        for element in self {
            let value = property(element)
            if value == last { runs[runs.count - 1].append(element) } else { runs.append([element]) }
            last = value
        }
        return runs
    }
}
