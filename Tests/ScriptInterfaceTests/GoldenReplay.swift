import ScriptInterface
import TestSupport

/// What a run with stand-ins would call and print, from nothing but the parsed command line, the lists, the naming rules and
/// the lines of this module.
struct GoldenReplay {
    private static let digest = "sha256:" + String(repeating: "0", count: 64)

    private let recording: GoldenRecording
    private let options: Options
    private let images: [ImageList.Entry]
    private let windowsImages: [ImageList.Entry]
    private let docker: GoldenRecording.Docker
    private(set) var calls: [[String]] = []
    private(set) var lines: [String] = []

    init(_ recording: GoldenRecording, _ options: Options, in folder: TemporaryFolder) throws {
        self.recording = recording
        self.options = options
        docker = recording.docker ?? GoldenRecording.Docker()
        images = try ImageList.read(options.imageList.map(folder.path), mode: options.mode).entries
        windowsImages =
            try options.windowsImageList.map { try ImageList.read(folder.path($0), mode: .shell).entries } ?? []
        switch (options.program, options.mode) {
        case (.save, .shell): saveAsShell()
        case (.save, .powerShell): saveAsPowerShell()
        case (.load, .shell): loadAsShell()
        case (.load, .powerShell): loadAsPowerShell()
        }
    }

    private var naming: Naming { Naming(options) }

    /// Whether charts are helm's: they are there, and docker has no containerd snapshotter.
    private var chartsAreHelms: Bool {
        images.contains(where: \.isChart) && docker.info?.contains("containerd.snapshotter") != true
    }

    private mutating func checkForCharts() {
        if images.contains(where: \.isChart) { calls.append(["docker", "info"]) }
        if chartsAreHelms {
            calls.append(["helm", "version", "--short"])
            lines.append(ScriptLines.helmFallback)
        }
    }

    private mutating func saveAsShell() {
        checkForCharts()
        var saved: [String] = []
        var charts = 0
        for entry in images {
            let reference = naming.source(entry.reference)
            if chartsAreHelms, entry.isChart, let chart = Chart(reference) {
                lines += [ScriptLines.pullingChart(reference), ScriptLines.chartPullSuccess(reference)]
                calls.append(["helm", "pull", chart.url, "--version", chart.version, "-d", Chart.folder])
                charts += 1
                continue
            }
            calls.append(["docker", "pull", reference])
            if docker.pullFails?.contains(reference) != true {
                saved.append(reference)
                lines.append(ScriptLines.pullSuccess(reference))
            } else {
                calls.append(["docker", "inspect", reference])
                lines.append(ScriptLines.pullFailed(reference))
            }
        }
        if saved.isEmpty {
            lines.append(ScriptLines.skipping(options.images ?? ""))
        } else {
            lines.append(ScriptLines.creating(options.images ?? "", count: saved.count))
            calls.append(["docker", "save"] + saved)
        }
        if charts > 0 { lines += ScriptLines.chartsSaved(count: charts) }
    }

    private mutating func saveAsPowerShell() {
        var saved: [String] = []
        for entry in images {
            let reference = naming.source(entry.reference)
            calls.append(["docker", "pull", reference])
            lines.append(ScriptLines.pulling(reference))
            if docker.pullFails?.contains(reference) != true {
                saved.append(reference)
                lines += [ScriptLines.downloaded(reference), reference]
            }
        }
        if saved.isEmpty {
            lines += ScriptLines.nothingToSave(list: options.imageList ?? "")
        } else {
            calls.append(["docker", "save"] + saved + ["-o"] + (options.images.map { [$0] } ?? []))
        }
    }

    private mutating func loadAsShell() {
        checkForCharts()
        load()
        let chartsAreHelms = chartsAreHelms
        let plan = LoadPlan(
            options,
            images: images.filter { !(chartsAreHelms && $0.isChart) },
            windowsImages: windowsImages
        )
        for step in plan.steps {
            switch step {
            case .push(_, let source, let target):
                calls.append(["docker", "tag", source, target])
                push(target)
            case .manifestList(_, let target, let architectures):
                lines.append(ScriptLines.preparingManifest(target, architectures: architectures))
                let members = LoadPlan.members(of: target, architectures: architectures)
                calls.append(["docker", "manifest", "create", target] + members + ["--amend"])
                if docker.manifestCreateFails?.contains(target) != true {
                    lines.append(ScriptLines.createdManifestList(target))
                }
                calls.append(["docker", "manifest", "push", target, "--purge"])
                lines.append(Self.digest)
            }
        }
        if chartsAreHelms { pushCharts() }
    }

    private mutating func pushCharts() {
        for entry in images where entry.isChart {
            guard let chart = Chart(naming.target(entry.reference)) else { continue }
            guard recording.files[String(chart.file.dropFirst(2))] != nil else {
                lines += ScriptLines.chartMissing(chart.file)
                return
            }
            let plainHTTP = Chart.usesPlainHTTP(registry: options.registry ?? "")
            lines.append(ScriptLines.chartPush(chart.file, to: chart.namespaceURL))
            calls.append(["helm", "push", chart.file, chart.namespaceURL] + (plainHTTP ? ["--plain-http"] : []))
            if recording.helm?.pushFails?.contains(chart.file) != true { lines.append("Pushed: \(chart.namespaceURL)") }
        }
    }

    private mutating func loadAsPowerShell() {
        load()
        for case .push(_, let source, let target) in LoadPlan(options, images: images, windowsImages: []).steps {
            lines.append(ScriptLines.tagging(target))
            calls.append(["docker", "tag", source, target])
            if docker.tagFails?.contains(source) != true { push(target) }
        }
    }

    private mutating func load() {
        calls.append(["docker", "load", "--input", options.images ?? ""])
        if docker.loadFails != true { lines += (docker.loads ?? []).map { ScriptLines.loaded($0) } }
    }

    /// As the stand-in answers, which takes what stands after the last colon for the tag.
    private mutating func push(_ reference: String) {
        calls.append(["docker", "push", reference])
        let colon = reference.lastIndex(of: ":") ?? reference.endIndex
        lines.append(ScriptLines.pushing(to: String(reference[..<colon])))
        guard docker.pushFails?.contains(reference) != true else { return }
        let tag = String(reference[colon...].dropFirst())
        lines.append(ScriptLines.pushed(tag: tag, digest: Self.digest, size: 529))
    }
}
