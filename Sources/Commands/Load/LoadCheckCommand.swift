import CommandLine
import Engine
import OCI
import RegistryEngine
import SystemIO

/// `rancher-load-images --check`: verifies the archive and, if a registry is named, requests what it has and allows. Changes nothing.
/// Prints a table on standard output.
struct LoadCheckCommand: Sendable {
    let options: Options
    let engines: CompositionRoot
    let console: Console

    /// - Returns: the exit status: 0 if the load would be complete.
    func run() async -> Int32 {
        await console.run(ifStopped: "stopped; nothing was changed") {
            _ = try options.archive(to: "check")
            let images = try await ImageList.read(options.imageList, options, console: console)
            var windowsImages: [ImageListEntry] = []
            if let list = options.windowsImageList {
                windowsImages = try await ImageList.read(list, options, console: console)
            }
            let loader = try await engines.loadChecker()
            let verified = try await loader.verifyArchive()
            guard options.registry?.isEmpty ?? true else {
                let plan = LoadPlan(options, images: images, windowsImages: windowsImages)
                for notice in plan.notices { console.notice(notice) }
                return await finish(try await loader.check(plan.steps), verified.images)
            }
            return await finish(verified.images, missing: images.filter { !verified.has(Naming(options).source($0)) })
        }
    }

    /// Prints the result of a check without a registry.
    private func finish(_ images: [ImageSummary], missing: [ImageListEntry]) async -> Int32 {
        let rows = images.map { [$0.name, $0.digest.short, $0.problem == nil ? "sound" : "damaged"] }
        for line in TextTable([["IMAGE", "DIGEST", "STATE"]] + rows).lines { console.print(line) }
        let corrupt = console.noticeProblems(of: images)
        for image in missing { console.notice("\(image.reference): the archive does not have it") }
        console.print(
            "\(images.count - corrupt) of \(images.count) images are sound, \(missing.count) of the list are missing"
        )
        return await status(corrupt == 0 && missing.isEmpty && !images.isEmpty, failed: missing.map(\.reference))
    }

    /// Prints the result of a check with a registry.
    private func finish(_ forecasts: [StepForecast], _ images: [ImageSummary]) async -> Int32 {
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
        let corrupt = console.noticeProblems(of: images)
        let bytes = ByteCount(forecasts.saturatedSum(of: \.bytes))
        let possible = forecasts.count { $0.cause == nil }
        console.print("\(possible) of \(forecasts.count) steps can be done; \(bytes) would be sent")
        return await status(failed.isEmpty && corrupt == 0 && !forecasts.isEmpty, failed: failed)
    }

    private func status(_ isComplete: Bool, failed: [String]) async -> Int32 {
        max(await FailedList.write(failed, to: options.extensions.failedList, console: console), isComplete ? 0 : 1)
    }
}

extension ImageSummary {
    /// The image's name in tables and messages.
    fileprivate var name: String { reference?.familiar ?? digest.description }
}

extension Console {
    /// Prints the problems of images on standard error.
    ///
    /// - Returns: the number of images with a problem.
    func noticeProblems(of images: [ImageSummary]) -> Int {
        images.count { image in
            guard let problem = image.problem else { return false }
            notice("\(image.name): \(problem)")
            return true
        }
    }
}

extension StepForecast {
    /// The state of the target in the registry.
    fileprivate var state: String {
        if cause != nil { return "fails" }
        let state = existing.map { $0 == planned ? "there" : "other, \($0.short)" } ?? "missing"
        return bytes == 0 ? state : "\(state), \(ByteCount(bytes)) to send"
    }
}
