import Charts
import CommandLine
import Engine
import ImageArchive
import OCI
import Synchronization

/// `rancher-load-images`: loads an archive into a registry, in the order of the scripts.
struct LoadCommand: Sendable {
    let options: Options
    let engines: CompositionRoot
    let report: RunReport
    let console: Console

    /// - Returns: the exit status.
    func run() async -> Int32 {
        let ifStopped = "stopped; run it again to resume: what the registry has is not sent again"
        return await console.run(ifStopped: ifStopped, report: report) {
            do {
                switch options.mode {
                case .shell: return try await runAsShell()
                case .powerShell: return try await runAsPowerShell()
                }
            } catch let error as ChartSupportError {
                for line in ScriptLines.chartsNotSupported(error) { console.print(line) }
                throw error
            }
        }
    }

    private func fail(_ cause: String) -> Int32 {
        report.fail(cause)
        console.notice(cause)
        return 1
    }

    /// The shell script continues if the archive cannot be loaded: docker may have the images already. A strict run stops, as does a run
    /// without an archive (D18).
    private func runAsShell() async throws -> Int32 {
        let images = try await readList(options.imageList)
        var windowsImages: [ImageListEntry] = []
        if let list = options.windowsImageList { windowsImages = try await readList(list) }
        // The report of a run that ends before the charts are planned.
        self.plan(images, windowsImages)
        let engine = try await engines.loadEngine()
        var handling = ChartHandling.images
        if images.contains(where: \.isChart) { handling = try await engine.chartHandling() }
        if handling.isHelm { console.print(ScriptLines.helmFallback) }
        let areAllCharts = (images + windowsImages).allSatisfy(\.isChart)
        let archive = try await load(engine, mayBeMissing: areAllCharts, handling)
        printImages(of: archive)
        let charts = fileCharts(of: images, handling, archive)
        let plan = self.plan(images, windowsImages, chartsInFiles: charts)
        // A save that writes all charts to files writes no archive.
        let needsArchive = !plan.steps.isEmpty || charts.isEmpty
        if let cause = archive.cause {
            if !needsArchive {
                console.notice(cause)
            } else if !continues(without: archive, cause) {
                return await endWithoutPushing(plan, charts, because: cause)
            }
        }
        let outcomes = try await perform(plan, with: engine)
        let chartOutcome = try await pushCharts(charts, of: images, handling)
        return await max(
            chartOutcome.status,
            chartStatus(outcomes, handling),
            finish(outcomes, chartOutcome, isUnloaded: needsArchive && archive.cause != nil)
        )
    }

    /// The archive's name in messages.
    private var archiveName: String { options.images.flatMap { $0.isEmpty ? nil : $0 } ?? "the archive" }

    /// Whether the images are pushed although the archive was not loaded. Prints and reports the cause.
    private func continues(without archive: LoadedArchive, _ cause: String) -> Bool {
        if archive.isMissing {
            _ = fail("\(cause); there is no archive \(archiveName), so nothing is pushed: name it with --images")
            return false
        }
        if options.extensions.strict {
            _ = fail("\(cause); nothing is pushed, since the run is strict")
            return false
        }
        report.archiveIsNotLoaded("\(cause); the archive was not loaded")
        console.notice("\(cause); what is pushed is what docker's local store has")
        return true
    }

    /// Ends the run with all images and charts failed.
    private func endWithoutPushing(
        _ plan: LoadPlan,
        _ charts: [ImageListEntry],
        because cause: String
    ) async -> Int32 {
        let outcomes = plan.steps.map { LoadOutcome($0, cause: "the archive was not loaded (\(cause))") }
        for outcome in outcomes { report.settle(outcome) }
        let chartOutcome =
            charts.isEmpty
            ? ChartOutcome()
            : end(
                ChartOutcome(count: charts.count),
                without: charts[...],
                because: "the archive was not loaded",
                status: 1
            )
        return await max(1, finish(outcomes, chartOutcome))
    }

    /// PowerShell's script ends if the archive is missing or cannot be loaded, and pushes nothing if the list is missing.
    private func runAsPowerShell() async throws -> Int32 {
        let archive = try options.archive(to: "load")
        guard !PowerShellPath(archive).files.isEmpty || ArchiveLocation(archive).isInParts else {
            console.print(ScriptLines.archiveNotFound(archive))
            console.print(Usage.text(options.program, options.mode, programName: options.programName))
            report.fail("there is no archive \(archive)")
            return 1
        }
        let engine = try await engines.loadEngine()
        if let cause = try await load(engine) {
            _ = fail(cause)
            console.print(ScriptLines.loadFailed(archive))
            return 1
        }
        let images: [ImageListEntry]
        do {
            images = try await readList(options.imageList)
        } catch let error as ImageListError where error.reason == .missing {
            if options.extensions.verbose { console.remark("\(error); the archive was loaded, and nothing is pushed") }
            return 0
        }
        return await finish(try await perform(plan(images, []), with: engine), ChartOutcome())
    }

    /// Plans the load and records the plan in the report.
    ///
    /// - Parameter charts: the charts to push from files.
    @discardableResult
    private func plan(
        _ images: [ImageListEntry],
        _ windowsImages: [ImageListEntry],
        chartsInFiles charts: [ImageListEntry] = []
    ) -> LoadPlan {
        let plan = LoadPlan(options, images: images, windowsImages: windowsImages, chartsInFiles: Set(charts))
        let registry = options.registry ?? ""
        report.plan(
            plan.steps.map { ReportEntry($0) }
                + charts.map { ReportEntry(chart: $0.reference, pushedTo: registry) }
        )
        return plan
    }

    /// Loads the archive. In PowerShell's script, all errors have the same effect.
    ///
    /// - Returns: the reason that the archive was not loaded; `nil` if it was.
    private func load(_ engine: any LoadEngine) async throws -> String? {
        do {
            let archive = try await engine.load()
            printImages(of: archive)
            return archive.cause
        } catch let error as CancellationError {
            throw error
        } catch {
            return "\(error)"
        }
    }

    /// Prints docker's lines for a loaded archive.
    private func printImages(of archive: LoadedArchive) {
        for image in archive.images {
            console.print(
                image.reference.map { ScriptLines.loaded($0.familiar) }
                    ?? ScriptLines.loaded(id: image.digest.description)
            )
        }
    }

    private func readList(_ path: String?) async throws -> [ImageListEntry] {
        try await ImageList.read(path, options, console: console)
    }

    private func perform(_ plan: LoadPlan, with engine: any LoadEngine) async throws -> [LoadOutcome] {
        for notice in plan.notices { console.remark(notice) }
        let trace = Trace(options, console: console)
        let printer = StepPrinter(mode: options.mode, console: console, notices: engines.notices, trace: trace)
        let outcomes = Mutex<[LoadOutcome]>([])
        try await engine.perform(plan.steps) { [report] event in
            if case .finished(let outcome) = event {
                report.settle(outcome)
                outcomes.withLock { $0.append(outcome) }
            }
            printer.print(event)
        }
        return outcomes.withLock(\.self)
    }

    /// Prints the summary. An image has failed if one of its steps has.
    ///
    /// - Parameter isUnloaded: whether the archive was not loaded, so that docker's local store provided the images.
    private func finish(
        _ outcomes: [LoadOutcome],
        _ chartOutcome: ChartOutcome,
        isUnloaded: Bool = false
    ) async -> Int32 {
        engines.notices.close()
        let failed = Set(outcomes.filter { $0.cause != nil }.map(\.step.image))
        var seen: Set<ImageListEntry> = []
        let images = outcomes.map(\.step.image).filter { seen.insert($0).inserted }
        let referrers = outcomes.reduce(0) { sum, outcome in
            if case .push(let push) = outcome.product { sum + push.referrers } else { sum }
        }
        if referrers > 0 { console.notice(Summary.sentence(referrers: referrers, "pushed")) }
        let summary = Summary(
            images: images.count,
            failedImages: images.filter(failed.contains).map(\.reference),
            charts: chartOutcome.count,
            failedCharts: chartOutcome.failed,
            lacksReferrers: outcomes.flatMap(\.notices).contains { $0.kind == .referrerLeftOut },
            unloaded: isUnloaded
                ? Summary.Unloaded(archive: archiveName, images: images.map(\.reference)) : nil
        )
        return await summary.finish("loaded", options.extensions, console: console)
    }
}

// MARK: Charts

extension LoadCommand {
    /// The outcome of the charts.
    private struct ChartOutcome {
        /// The number of charts.
        var count = 0
        /// The references of the failed charts.
        var failed: [String] = []
        /// The exit status of the script, which is that of its last command.
        var status: Int32 = 0
    }

    /// Loads the archive. A list of charts alone needs none: a save that writes all charts to files writes no archive.
    private func load(
        _ engine: any LoadEngine,
        mayBeMissing: Bool,
        _ handling: ChartHandling
    ) async throws -> LoadedArchive {
        do {
            return try await engine.load()
        } catch let error where !(error is CancellationError) && mayBeMissing {
            guard case .imagesAndFiles = handling else { throw error }
            return LoadedArchive(cause: "\(error); the charts are looked for in \(ChartReference.directory)")
        }
    }

    /// Returns the charts of a list that are pushed from files.
    private func fileCharts(
        of images: [ImageListEntry],
        _ handling: ChartHandling,
        _ archive: LoadedArchive
    ) -> [ImageListEntry] {
        switch handling {
        case .images: return []
        case .files, .helm: return images.filter(\.isChart)
        case .imagesAndFiles:
            let naming = Naming(options)
            return images.filter { $0.isChart && !archive.has(naming.source($0)) }
        }
    }

    /// Returns 1 if a chart failed that this program pushed like an image, else 0.
    private func chartStatus(_ outcomes: [LoadOutcome], _ handling: ChartHandling) -> Int32 {
        guard case .imagesAndFiles = handling else { return 0 }
        return outcomes.contains { $0.cause != nil && $0.step.image.isChart } ? 1 : 0
    }

    /// Pushes charts of a list from their files. Stops at a chart whose file is missing, as the script does, and at a chart that this
    /// program cannot push.
    private func pushCharts(
        _ charts: [ImageListEntry],
        of images: [ImageListEntry],
        _ handling: ChartHandling
    ) async throws -> ChartOutcome {
        let mover: any ChartMover
        switch handling {
        case .images: return ChartOutcome()
        case .imagesAndFiles(let own), .files(let own), .helm(let own): mover = own
        }
        let files = ChartFiles(mover, console: console)
        var outcome = ChartOutcome(count: charts.count)
        let registry = options.registry ?? ""
        for (index, image) in charts.enumerated() {
            outcome.status = 0
            let chart = files.chart(image.reference)
            guard ChartFiles.exists(chart) else {
                for line in ScriptLines.chartMissing(chart.file, in: ChartReference.directory) { console.print(line) }
                let cause = "\(chart.file) is missing"
                console.notice("\(image.reference): \(cause); no more charts are pushed")
                return end(outcome, without: charts[index...], because: cause, status: 1)
            }
            console.print(ScriptLines.chartPush(chart.file, to: chart.namespaceURL(in: registry)))
            do {
                try await files.push(chart, to: registry)
                report.settleChart(.loaded, cause: nil)
            } catch let error as ChartError {
                console.notice("\(image.reference): \(error)")
                guard handling.isHelm else {
                    return end(outcome, without: charts[index...], because: "\(error)", status: error.status)
                }
                report.settleChart(.loaded, cause: "\(error)")
                outcome.failed.append(image.reference)
                outcome.status = error.status
            }
        }
        // In the script, skipping an image is a command that succeeds.
        if images.last?.isChart == false { outcome.status = 0 }
        return outcome
    }

    /// Returns the outcome after a failed chart.
    ///
    /// - Parameters:
    ///   - rest: the failed chart and the charts after it, which are not pushed.
    ///   - cause: the reason of the failure.
    private func end(
        _ outcome: ChartOutcome,
        without rest: ArraySlice<ImageListEntry>,
        because cause: String,
        status: Int32
    ) -> ChartOutcome {
        report.settleChart(.loaded, cause: cause)
        for _ in rest.dropFirst() { report.settleChart(.loaded, cause: "a chart before it failed") }
        return ChartOutcome(count: outcome.count, failed: outcome.failed + rest.map(\.reference), status: status)
    }
}
