import CommandLine
import Engine
import OCI
import SystemIO

/// `rancher-load-images --check`: the archive is read through and every digest in it proven; where a registry is named, it is asked
/// what it has and what it allows. Nothing is moved. The result is a table on standard output.
struct LoadCheckCommand: Sendable {
    let options: Options
    let engines: CompositionRoot
    let console: Console

    /// - Returns: the exit status: 0 where the load would be whole.
    func run() async -> Int32 {
        do {
            guard let archive = options.images, !archive.isEmpty else {
                throw CommandError("no archive is named: give --images the path of the file to check")
            }
            let images = try await ImageList.read(options.imageList, options, console: console)
            var windowsImages: [ImageListEntry] = []
            if let list = options.windowsImageList {
                windowsImages = try await ImageList.read(list, options, console: console)
            }
            let checker = try await engines.loadChecker(archive: archive, console: console)
            let proven = try await checker.proveArchive()
            guard options.registry?.isEmpty ?? true else {
                let plan = LoadPlan(options, images: images, windowsImages: windowsImages)
                for notice in plan.notices { console.notice(notice) }
                return await finish(try await checker.check(plan.steps), proven)
            }
            return await finish(proven, lacking: images.filter { !checker.has(Naming(options).source($0)) })
        } catch is CancellationError {
            console.notice("stopped; nothing was changed")
            return 1
        } catch {
            console.notice("\(error)")
            return 1
        }
    }

    // MARK: The archive alone

    private func finish(_ proven: [ProvenImage], lacking: [ImageListEntry]) async -> Int32 {
        let rows = proven.map { image in
            [image.name, image.id.short, image.problem == nil ? "sound" : "damaged"]
        }
        for line in TextTable([["IMAGE", "DIGEST", "STATE"]] + rows).lines { console.print(line) }
        let damaged = tellDamaged(proven)
        for image in lacking { console.notice("\(image.reference): the archive does not have it") }
        console.print(
            "\(proven.count - damaged) of \(proven.count) images are sound, \(lacking.count) of the list are missing"
        )
        let failed = lacking.map(\.reference)
        let status = await FailedList.write(failed, to: options.extensions.failedList, console: console)
        return max(status, damaged == 0 && lacking.isEmpty && !proven.isEmpty ? 0 : 1)
    }

    /// - Returns: how many images have a problem.
    private func tellDamaged(_ proven: [ProvenImage]) -> Int {
        for image in proven {
            if let problem = image.problem { console.notice("\(image.name): \(problem)") }
        }
        return proven.count { $0.problem != nil }
    }

    // MARK: The registry too

    private func finish(_ forecasts: [StepForecast], _ proven: [ProvenImage]) async -> Int32 {
        let rows = forecasts.map { [$0.step.target.text, $0.state] }
        for line in TextTable([["TARGET", "STATE"]] + rows).lines { console.print(line) }
        var seen: Set<String> = []
        var failed: [String] = []
        for forecast in forecasts {
            guard let cause = forecast.cause else { continue }
            let reference = forecast.step.image.reference
            console.notice("\(reference): \(cause)")
            if seen.insert(reference).inserted { failed.append(reference) }
        }
        let damaged = tellDamaged(proven)
        let bytes = ByteCount(forecasts.saturatedSum(of: \.bytes))
        let sound = forecasts.count { $0.cause == nil }
        console.print("\(sound) of \(forecasts.count) steps can be done; \(bytes) would be sent")
        let status = await FailedList.write(failed, to: options.extensions.failedList, console: console)
        return max(status, failed.isEmpty && damaged == 0 && !forecasts.isEmpty ? 0 : 1)
    }
}

extension ProvenImage {
    /// What it is called in a table or a sentence.
    fileprivate var name: String { reference?.familiar ?? id.description }
}

extension StepForecast {
    /// What the registry has, in a word or two.
    fileprivate var state: String {
        if cause != nil { return "fails" }
        let there =
            switch target {
            case .unknown: "unknown"
            case .absent: "missing"
            case .same: "there"
            case .other(let digest): "other, \(digest.short)"
            }
        return bytes == 0 ? there : "\(there), \(ByteCount(bytes)) to send"
    }
}
