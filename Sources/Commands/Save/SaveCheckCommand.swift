import CommandLine
import Engine
import Synchronization
import SystemIO

/// `rancher-save-images --check`: a dry run of a save, which transfers no blob and changes no file. Prints a table on standard output.
struct SaveCheckCommand: Sendable {
    let options: Options
    let engines: CompositionRoot
    let console: Console

    /// - Returns: the exit status: 0 if the save would be complete.
    func run() async -> Int32 {
        await console.run(ifStopped: "stopped; nothing was changed") {
            let images = try await ImageList.read(options.imageList, options, console: console)
            _ = try options.archive(to: "write")
            let naming = Naming(options)
            let requests = images.map { PullRequest(image: $0, source: naming.source($0)) }
            let outcomes = Mutex<[PullOutcome]>([])
            let forecast = Mutex(SaveForecast())
            try await engines.saveDryRun()
                .pull(requests) { event in
                    switch event {
                    case .started: break
                    case .finished(let outcome):
                        self.print(outcome)
                        outcomes.withLock { $0.append(outcome) }
                    case .planned(let result): forecast.withLock { $0 = result }
                    }
                }
            return await finish(forecast.withLock(\.self), outcomes.withLock(\.self))
        }
    }

    private func finish(_ forecast: SaveForecast, _ outcomes: [PullOutcome]) async -> Int32 {
        let failed = outcomes.filter(\.isFailure).map(\.request.image.reference)
        for line in TextTable(rows(forecast, outcomes.count - failed.count, of: outcomes.count)).lines {
            console.print(line)
        }
        for problem in forecast.problems { console.notice(problem) }
        for need in forecast.spaceNeeds where !need.isMet {
            console.notice(
                "\(need.path) takes \(ByteCount(need.needed)) more, and \(ByteCount(need.available)) are available there: free some space,"
                    + " or name another directory"
            )
        }
        if let pulls = forecast.hubPulls, let allowance = pulls.allowance, !pulls.isEnough {
            console.notice(
                "Docker Hub allows \(allowance.remaining) more pulls now, and \(pulls.needed) are needed: log in with 'docker login' or"
                    + " 'podman login', use a mirror, or wait"
            )
        }
        let status = await FailedList.write(failed, to: options.extensions.failedList, console: console)
        let hasReferrers = !options.extensions.strict || !outcomes.contains(where: \.lacksReferrers)
        let isComplete = failed.isEmpty && !outcomes.isEmpty && forecast.isPossible && hasReferrers
        return max(status, isComplete ? 0 : 1)
    }

    private func rows(_ forecast: SaveForecast, _ found: Int, of count: Int) -> [[String]] {
        var rows = [
            ["images", "\(found) of \(count) can be saved"],
            ["blobs", "\(forecast.blobs), each counted once: \(ByteCount(forecast.bytes))"],
        ]
        if forecast.omitted > 0 { rows.append(["left out", "\(ByteCount(forecast.omitted)), which --since names"]) }
        if forecast.resumed > 0 {
            rows.append(["here", "\(ByteCount(forecast.resumed)), which an earlier run has left"])
        }
        if forecast.reused > 0 { rows.append(["here", "\(ByteCount(forecast.reused)), which other archives have"]) }
        rows.append(["to fetch", "\(ByteCount(forecast.missing))"])
        if let archive = forecast.archive { rows.append(["archive", "\(ByteCount(archive))"]) }
        for need in forecast.spaceNeeds {
            rows.append([
                "space", "\(ByteCount(max(0, need.needed))) needed, \(ByteCount(need.available)) free: \(need.path)",
            ])
        }
        if let pulls = forecast.hubPulls { rows.append(["Docker Hub", Self.sentence(pulls)]) }
        if let rate = forecast.rate {
            let seconds = Int(min(Double(forecast.missing) / rate, 1e9).rounded(.up))
            rows.append([
                "time",
                "about \(Self.duration(seconds)), at the \(ByteCount(Int64(rate)))/s that one transfer reached in two seconds;"
                    + " several at a time may be faster",
            ])
        }
        return rows
    }

    private static func sentence(_ pulls: SaveForecast.HubPulls) -> String {
        let needed = "\(pulls.needed) pulls needed"
        guard let allowance = pulls.allowance else { return "\(needed); it does not report how many are left" }
        let window = allowance.seconds.map { " in \(duration($0))" } ?? ""
        return "\(needed), \(allowance.remaining) left of \(allowance.limit)\(window), after those of this check"
    }

    /// `45 s`, `12 min`, `3.5 h`.
    static func duration(_ seconds: Int) -> String {
        switch seconds {
        case ..<100: return "\(seconds) s"
        case ..<6000: return "\((seconds + 30) / 60) min"
        default:
            let tenths = (seconds + 180) / 360
            return tenths % 10 == 0 ? "\(tenths / 10) h" : "\(tenths / 10).\(tenths % 10) h"
        }
    }

    private func print(_ outcome: PullOutcome) {
        switch outcome.result {
        case .pulled: break
        case .foundLocally(let cause):
            console.notice("\(outcome.request.source): \(cause); docker's local store has the image")
        case .failed(let cause): console.notice("\(outcome.request.source): \(cause)")
        }
        for notice in outcome.notices { console.notice(notice.description) }
    }
}
