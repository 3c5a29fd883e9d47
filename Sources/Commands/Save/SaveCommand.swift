import Charts
import CommandLine
import Engine
import ImageArchive
import Synchronization
import SystemIO

/// `rancher-save-images`: saves a list of images into an archive, in the order of the scripts.
struct SaveCommand: Sendable {
    let options: Options
    let engines: CompositionRoot
    let report: RunReport
    let console: Console

    /// - Returns: the exit status.
    func run() async -> Int32 {
        let images: [ImageListEntry]
        do {
            images = try await ImageList.read(options.imageList, options, console: console)
        } catch let error as ImageListError {
            return refuse(error)
        } catch {
            console.notice("stopped; nothing was pulled")
            return 1
        }
        guard !images.isEmpty else {
            let status = await FailedList.write([], to: options.extensions.failedList, console: console)
            return max(status, nothingPulled(console))
        }
        report.plan(requests(images).map { ReportEntry($0) })
        guard let archive = options.images, !archive.isEmpty else {
            return fail("no archive is named: give --images the path of the file to write")
        }
        return await console.run(ifStopped: "stopped; \(archive) was not written", report: report) {
            let lines = lines(for: archive)
            let engine = try await engines.saveEngine(lines: lines)
            return await save(images, into: archive, with: engine, lines: lines)
        }
    }

    /// Prints and reports the cause of a failed run.
    ///
    /// - Returns: the exit status.
    private func fail(_ cause: String) -> Int32 {
        report.fail(cause)
        console.notice(cause)
        return 1
    }

    private func requests(_ images: [ImageListEntry]) -> [PullRequest] {
        let naming = Naming(options)
        return images.map { PullRequest(image: $0, source: naming.source($0)) }
    }

    /// The console for the scripts' lines, which prints nothing if the archive goes to standard output.
    private func lines(for archive: String) -> Console {
        File.isStandardOutput(archive) ? console.withoutOutput : console
    }

    private func save(
        _ images: [ImageListEntry],
        into archive: String,
        with engine: any SaveEngine,
        lines: Console
    ) async -> Int32 {
        let trace = Trace(options, console: console)
        let printer = PullPrinter(mode: options.mode, lines: lines, console: console, trace: trace)
        let finished = Mutex<[PullOutcome]>([])
        do {
            let charts = try await pull(requests(images), with: engine, lines: lines) { [report] event in
                if case .finished(let outcome) = event {
                    report.settle(outcome)
                    finished.withLock { $0.append(outcome) }
                }
                printer.print(event)
            }
            let outcomes = finished.withLock(\.self)
            let pulled = outcomes.filter { !$0.isFailure }.map(\.request)
            var status: Int32 = 0
            var failure: (any Error)?
            if pulled.isEmpty {
                engine.discard()
                status = nothingPulled(lines)
            } else {
                let saved = options.mode == .shell ? announce(pulled, archive, lines) : pulled
                do {
                    try await engine.save(saved)
                    report.archiveIsWritten()
                } catch let error as CompletedContentError {
                    if error.step == .verification { report.fail("\(error)") } else { report.archiveIsWritten() }
                    console.notice(error.description)
                    status = 1
                } catch  where !(error is CancellationError) {
                    failure = error
                }
            }
            // The script prints these lines even if the archive was not written.
            if charts.files != nil {
                for line in ScriptLines.chartsSaved(count: ChartFiles.count, in: ChartReference.directory) {
                    lines.print(line)
                }
            }
            if let failure { throw failure }
            if charts.areInBoth, !pulled.isEmpty {
                console.remark(
                    "the charts are in \(ChartReference.directory) too: take the directory along for a docker without the containerd image store"
                )
            }
            engines.notices.close()
            if options.extensions.partSize != nil, !pulled.isEmpty { printParts(archive) }
            if options.extensions.withReferrers {
                console.notice(Summary.sentence(referrers: Self.referrers(of: outcomes), "saved"))
            }
            let summary = Summary(
                images: outcomes.count,
                failedImages: outcomes.filter(\.isFailure).map(\.request.image.reference),
                charts: charts.files ?? 0,
                lacksReferrers: outcomes.contains(where: \.lacksReferrers)
            )
            return await max(status, summary.finish("saved", options.extensions, console: console))
        } catch is CancellationError {
            return giveUp(engine, "stopped; \(archive) was not written")
        } catch {
            var cause = "\(error)"
            if let error = error as? ChartSupportError {
                for line in ScriptLines.chartsNotSupported(error) { lines.print(line) }
            } else if let failure = error as? ChartFailure {
                for line in ScriptLines.chartPullFailed(failure.name, output: failure.error.output) {
                    lines.print(line)
                }
                cause = "\(failure.name): \(failure.error)"
            }
            _ = fail(cause)
            return giveUp(engine, "\(archive) was not written; an older archive is unchanged")
        }
    }

    /// Prints the names of the archive's parts.
    private func printParts(_ archive: String) {
        let count = ArchiveLocation(archive).partCount
        let names =
            count == 1
            ? "one part, \(archive).001"
            : "\(count) parts, \(PartName.path(archive, 1)) to \(PartName.path(archive, count))"
        console.remark(
            "\(archive) is in \(names), with their checksums in \(archive).sha256: a load finds them by the name \(archive)"
        )
    }

    /// Prints the number of images that are saved, as the script counts them.
    ///
    /// - Returns: the images by the names that the script passes to `docker save`, which splits some names.
    private func announce(_ pulled: [PullRequest], _ archive: String, _ lines: Console) -> [PullRequest] {
        let names = pulled.map(\.source.text)
        let saved = DockerSaveArguments(names)
        lines.print(ScriptLines.creating(archive, count: saved.count))
        guard saved.arguments != names, let first = pulled.first else { return pulled }
        return saved.arguments.map { PullRequest(image: first.image, source: ImageName($0)) }
    }

    /// Pulls all images, and the charts among them, in the order of the list.
    ///
    /// - Returns: the outcome of the charts.
    private func pull(
        _ requests: [PullRequest],
        with engine: any SaveEngine,
        lines: Console,
        onEvent: @escaping @Sendable (SaveEvent) -> Void
    ) async throws -> ChartSaveResult {
        var handling = ChartHandling.images
        if requests.contains(where: { $0.image.isChart && options.mode == .shell }) {
            handling = try await engine.chartHandling()
        }
        if handling.isHelm { lines.print(ScriptLines.helmFallback) }
        let files: ChartFiles
        var ordered = requests
        switch handling {
        case .images:
            try await engine.pull(requests, onEvent: onEvent)
            return ChartSaveResult()
        case .imagesAndFiles:
            ChartFiles.makeDirectory(console)
            try await engine.pull(requests, onEvent: onEvent)
            return ChartSaveResult(areInBoth: true)
        case .files(let mover):
            files = ChartFiles(mover, console: console)
            // A chart that fails ends the run, so charts come first. The registry engine pulls all images at once.
            ordered = requests.filter(\.source.isChart) + requests.filter { !$0.source.isChart }
            report.plan(ordered.map { ReportEntry($0) })
        case .helm(let mover):
            files = ChartFiles(mover, console: console)
        }
        ChartFiles.makeDirectory(console)
        var charts = 0
        // From here on, the script decides by the name with its registry.
        for run in ordered.chunked(by: \.source.isChart) {
            guard run.first?.source.isChart == true else {
                try await engine.pull(run, onEvent: onEvent)
                continue
            }
            for name in run.map(\.source.text) {
                lines.print(ScriptLines.pullingChart(name))
                do {
                    try await files.pull(name)
                    report.settleChart(.saved, cause: nil)
                } catch let error as ChartError {
                    report.settleChart(.saved, cause: "\(error)")
                    throw ChartFailure(name, error)
                }
                lines.print(ScriptLines.chartPullSuccess(name))
            }
            charts += run.count
        }
        return ChartSaveResult(files: charts)
    }

    /// The outcome of the charts of a list.
    private struct ChartSaveResult {
        /// The number of charts that were saved as files only; `nil` if they were saved like images.
        var files: Int?
        /// Whether the charts were saved both like images and as files.
        var areInBoth = false
    }

    /// The number of referrers that are saved; a name that occurs twice in the list counts once.
    private static func referrers(of outcomes: [PullOutcome]) -> Int {
        var seen: Set<ImageName> = []
        return outcomes.filter { seen.insert($0.request.source).inserted }.reduce(0) { $0 + $1.referrers }
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

    /// Ends a run without an archive, and prints how to resume if possible.
    private func giveUp(_ engine: any SaveEngine, _ sentence: String) -> Int32 {
        let kept = engine.discard()
        console.notice(
            kept == 0
                ? sentence
                : "\(sentence); \(ByteCount(kept)) of it are kept: run the same command again to resume,"
                    + " or with --fresh to start over"
        )
        return 1
    }

    private func refuse(_ error: ImageListError) -> Int32 {
        switch (options.mode, error.reason) {
        case (.powerShell, .missing):
            console.print(ScriptLines.listNotFound(error.path))
            console.print(Usage.text(options.program, options.mode, programName: options.programName))
        case (_, .empty): _ = nothingPulled(console)
        default: break
        }
        return fail(error.description)
    }
}

extension Array {
    /// The longest runs of elements with the same value of `property`, in order.
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
