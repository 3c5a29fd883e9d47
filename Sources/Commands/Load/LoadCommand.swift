import CommandLine
import Engine
import ImageArchive
import OCI

/// `rancher-load-images`: an archive into a registry, in the order of the scripts.
struct LoadCommand: Sendable {
    let options: Options
    let engines: CompositionRoot
    let report: RunReport
    let console: Console

    /// - Returns: the exit status.
    func run() async -> Int32 {
        do {
            switch options.mode {
            case .shell: return try await runAsShell()
            case .powerShell: return try await runAsPowerShell()
            }
        } catch let error as ChartSupportError {
            for line in ScriptLines.chartsNotSupported(error) { console.print(line) }
            return fail("\(error)")
        } catch is CancellationError {
            console.notice("stopped; run it again to go on: what the registry has is not sent again")
            return 1
        } catch {
            return fail("\(error)")
        }
    }

    private func fail(_ cause: String) -> Int32 {
        report.fail(cause)
        console.notice(cause)
        return 1
    }

    /// The shell script goes on if the archive cannot be loaded: docker may have the images already. A run that is strict does not, and
    /// none does without an archive (D18).
    private func runAsShell() async throws -> Int32 {
        let images = try await readList(options.imageList)
        var windowsImages: [ImageListEntry] = []
        if let list = options.windowsImageList { windowsImages = try await readList(list) }
        // A run that ends before it is known which charts are files has this in its report.
        self.plan(images, windowsImages)
        let engine = try await engines.loadEngine(archive: options.images ?? "", console: console)
        var handling = ChartHandling.images
        if images.contains(where: \.isChart) { handling = try await engine.chartHandling() }
        if handling.isHelm { console.print(ScriptLines.helmFallback) }
        let areAllCharts = (images + windowsImages).allSatisfy(\.isChart)
        let archive = try await load(engine, mayBeMissing: areAllCharts, handling)
        tell(archive)
        let charts = fileCharts(of: images, handling, archive)
        let plan = self.plan(images, windowsImages, chartsInFiles: charts)
        // A save of charts that are files writes no archive.
        let needsArchive = !plan.steps.isEmpty || charts.isEmpty
        if let cause = archive.cause {
            if !needsArchive {
                console.notice(cause)
            } else if !goesOn(without: archive, cause) {
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

    /// The archive as sentences name it.
    private var archiveName: String { options.images.flatMap { $0.isEmpty ? nil : $0 } ?? "the archive" }

    /// Whether the images are pushed although the archive was not loaded, which is told and reported.
    private func goesOn(without archive: LoadedArchive, _ cause: String) -> Bool {
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

    /// PowerShell's script ends where the archive is not there or cannot be loaded, and only loads where there is no list.
    private func runAsPowerShell() async throws -> Int32 {
        guard let archive = options.images, !archive.isEmpty else {
            throw CommandError("no archive is named: give --images the path of the file to load")
        }
        guard !PowerShellPath(archive).files.isEmpty || ArchiveLocation(archive).isInParts else {
            console.print(ScriptLines.archiveNotFound(archive))
            console.print(Usage.text(options.program, options.mode, programName: options.programName))
            report.fail("there is no archive \(archive)")
            return 1
        }
        let engine = try await engines.loadEngine(archive: archive, console: console)
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

    /// What is to be done, which the report tells from now on.
    ///
    /// - Parameter charts: those that are pushed from files.
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

    /// Loads the archive; in PowerShell's script it makes no difference why that fails.
    private func load(_ engine: any LoadEngine) async throws -> String? {
        do {
            let archive = try await engine.load()
            tell(archive)
            return archive.cause
        } catch let error as CancellationError {
            throw error
        } catch {
            return "\(error)"
        }
    }

    /// What docker prints of an archive that it has loaded.
    private func tell(_ archive: LoadedArchive) {
        for image in archive.images {
            console.print(
                image.reference.map { ScriptLines.loaded($0.familiar) }
                    ?? ScriptLines.loaded(id: image.id.description)
            )
        }
    }

    private func readList(_ path: String?) async throws -> [ImageListEntry] {
        try await ImageList.read(path, options, console: console)
    }

    private func perform(_ plan: LoadPlan, with engine: any LoadEngine) async throws -> [LoadOutcome] {
        for notice in plan.notices { console.remark(notice) }
        let trace = Trace(options, console: console)
        let reporter = StepReporter(mode: options.mode, console: console, notices: engines.notices, trace: trace)
        try await engine.perform(plan.steps, observer: RecordedSteps(report: report, observer: reporter))
        return reporter.outcomes
    }

    /// An image of which a step failed has failed.
    ///
    /// - Parameter isUnloaded: whether the images are not the archive's, since that was not loaded.
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
    /// What became of the charts.
    private struct ChartOutcome {
        /// How many there are.
        var count = 0
        /// The references of those that failed.
        var failed: [String] = []
        /// The status that the script would end with: that of its last command.
        var status: Int32 = 0
    }

    /// Loads the archive. A list of charts alone may have none: a save that makes files of them writes no archive.
    private func load(
        _ engine: any LoadEngine,
        mayBeMissing: Bool,
        _ handling: ChartHandling
    ) async throws -> LoadedArchive {
        do {
            return try await engine.load()
        } catch let error where !(error is CancellationError) && mayBeMissing {
            guard case .imagesAndFiles = handling else { throw error }
            return LoadedArchive(cause: "\(error); the charts are looked for in \(Chart.directory)")
        }
    }

    /// The charts of a list that are pushed from files.
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

    /// 1 where a chart failed that this program pushed like an image.
    private func chartStatus(_ outcomes: [LoadOutcome], _ handling: ChartHandling) -> Int32 {
        guard case .imagesAndFiles = handling else { return 0 }
        return outcomes.contains { $0.cause != nil && $0.step.image.isChart } ? 1 : 0
    }

    /// Pushes charts of a list from their files. One whose file is missing ends that, as in the script; so does one that this program
    /// cannot push.
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
                for line in ScriptLines.chartMissing(chart.file) { console.print(line) }
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
        // In the script, to pass over an image is a command that succeeds.
        if images.last?.isChart == false { outcome.status = 0 }
        return outcome
    }

    /// Ends the pushing of charts with one that failed.
    ///
    /// - Parameters:
    ///   - rest: those that are not pushed; the first is the one that failed.
    ///   - cause: why it did.
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
