import ImageEngine
import ScriptInterface

/// `rancher-load-images`: an archive into a registry, in the order of the scripts.
struct LoadCommand: Sendable {
    let options: Options
    let setting: EngineSetting
    let console: Console

    /// - Returns: the exit status.
    func run() async -> Int32 {
        do {
            switch options.mode {
            case .shell: return try await runAsShell()
            case .powerShell: return try await runAsPowerShell()
            }
        } catch is CancellationError {
            console.warn("stopped; run it again to go on: what the registry has is not sent again")
            return 1
        } catch {
            console.warn("\(error)")
            return 1
        }
    }

    /// The shell script goes on where the archive cannot be loaded: docker may have the images already.
    private func runAsShell() async throws -> Int32 {
        let images = try readList(options.imageList)
        let windowsImages = try options.windowsImageList.map { try readList($0) } ?? []
        let engine = try await setting.loadEngine(archive: options.images ?? "", console: console)
        var files: ChartFiles?
        if images.contains(where: \.isChart), case .files(let mover) = try await engine.chartHandling() {
            files = ChartFiles(mover)
        }
        if let cause = try await engine.load() { console.warn(cause) }
        let charts = files == nil ? [] : images.filter(\.isChart)
        let plan = LoadPlan(
            options,
            images: files == nil ? images : images.filter { !$0.isChart },
            windowsImages: windowsImages
        )
        let record = try await perform(plan, with: engine)
        var chartOutcome = ChartOutcome()
        if let files { chartOutcome = try await push(charts, with: files) }
        return max(chartOutcome.status, finish(record, charts: charts, chartOutcome))
    }

    /// PowerShell's script ends where the archive is not there or cannot be loaded, and only loads where there is no list.
    private func runAsPowerShell() async throws -> Int32 {
        guard let archive = options.images, !archive.isEmpty else {
            throw CommandError("no archive is named: give --images the path of the file to load")
        }
        guard !PowerShellPath(archive).files.isEmpty else {
            console.print(ScriptLines.archiveNotFound(archive))
            console.print(Usage.text(options.program, options.mode, programName: options.programName))
            return 1
        }
        let engine = try await setting.loadEngine(archive: archive, console: console)
        if let cause = try await load(engine) {
            console.warn(cause)
            console.print(ScriptLines.loadFailed(archive))
            return 1
        }
        let images: [ImageList.Entry]
        do {
            images = try readList(options.imageList)
        } catch let error as ImageListError where error.reason == .missing {
            if options.extensions.verbose { console.warn("\(error); the archive was loaded, and nothing is pushed") }
            return 0
        }
        let plan = LoadPlan(options, images: images, windowsImages: [])
        return finish(try await perform(plan, with: engine), charts: [], ChartOutcome())
    }

    /// Loads the archive; in PowerShell's script it makes no difference why that fails.
    private func load(_ engine: any LoadEngine) async throws -> String? {
        do {
            return try await engine.load()
        } catch let error as CancellationError {
            throw error
        } catch {
            return "\(error)"
        }
    }

    private func readList(_ path: String?) throws -> [ImageList.Entry] {
        let list = try ImageList.read(path, mode: options.mode)
        for note in list.notes { console.warn(note.description) }
        return list.entries
    }

    private func perform(_ plan: LoadPlan, with engine: any LoadEngine) async throws -> StepRecord {
        for note in plan.notes { console.warn(note) }
        let record = StepRecord(plan: plan, mode: options.mode, console: console)
        try await engine.perform(plan.steps.map(LoadStep.init), observer: record)
        return record
    }

    private func finish(_ record: StepRecord, charts: [ImageList.Entry], _ outcome: ChartOutcome) -> Int32 {
        let summary = Summary(
            images: record.entries.count,
            failedImages: record.failed.map(\.reference),
            charts: charts.count,
            failedCharts: outcome.failed
        )
        return summary.finish("loaded", options.extensions, console: console)
    }
}

// MARK: Charts

extension LoadCommand {
    /// What became of the charts.
    private struct ChartOutcome {
        /// The references of the charts that failed.
        var failed: [String] = []
        /// The status that the script would end with: that of the last one.
        var status: Int32 = 0
    }

    /// Pushes the charts. One whose file is missing ends that, as in the script.
    private func push(_ charts: [ImageList.Entry], with files: ChartFiles) async throws -> ChartOutcome {
        var outcome = ChartOutcome()
        for (index, entry) in charts.enumerated() {
            do {
                let chart = try ChartFiles.chart(Naming(options).target(entry.reference))
                guard ChartFiles.exists(chart) else {
                    for line in ScriptLines.chartMissing(chart.file) { console.print(line) }
                    console.warn("\(entry.reference): \(chart.file) is missing; no more charts are pushed")
                    outcome.failed += charts[index...].map(\.reference)
                    outcome.status = 1
                    break
                }
                console.print(ScriptLines.chartPush(chart.file, to: chart.namespaceURL))
                try await files.push(chart, registry: options.registry ?? "")
                outcome.status = 0
            } catch let error as ChartError {
                console.warn("\(entry.reference): \(error)")
                outcome.failed.append(entry.reference)
                outcome.status = error.status
            }
        }
        return outcome
    }
}

extension LoadStep {
    fileprivate init(_ step: LoadPlan.Step) {
        switch step {
        case .push(_, let source, let target):
            self = .push(source: source, target: target)
        case .manifestList(_, let target, let architectures):
            self = .manifestList(target: target, members: LoadPlan.members(of: target, architectures: architectures))
        }
    }
}
