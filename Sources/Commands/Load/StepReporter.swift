import CommandLine
import Engine
import OCI
import Synchronization

/// Prints the scripts' lines for each step of a load, and what docker would print where it has not; keeps which steps failed.
final class StepReporter: LoadObserver {
    private let mode: ScriptMode
    private let console: Console
    private let notices: NoticeAggregator
    private let trace: Trace?
    private let kept = Mutex<[LoadOutcome]>([])

    /// - Parameter trace: gets what became of the blobs.
    init(mode: ScriptMode, console: Console, notices: NoticeAggregator, trace: Trace? = nil) {
        self.mode = mode
        self.console = console
        self.notices = notices
        self.trace = trace
    }

    /// What became of the steps, in their order.
    var outcomes: [LoadOutcome] { kept.withLock(\.self) }

    func willPerform(_ step: LoadStep) {
        switch step.action {
        case .push:
            if mode == .powerShell { console.print(ScriptLines.tagging(step.target.text)) }
        case .manifestList(let architectures, _):
            console.print(ScriptLines.preparingManifest(step.target.text, architectures: architectures))
        }
    }

    func didPerform(_ outcome: LoadOutcome) {
        if case .push(let push) = outcome.product { trace?.tell(push.blobs, of: outcome.step.target.text) }
        for line in ScriptLines.product(outcome.product) { console.print(line) }
        for notice in outcome.notices { notices.take(notice) }
        if let cause = outcome.cause { console.notice("\(outcome.step.image.reference): \(cause)") }
        kept.withLock { $0.append(outcome) }
    }
}

extension ScriptLines {
    /// What docker prints of what a step has made.
    fileprivate static func product(_ product: LoadOutcome.Product) -> [String] {
        switch product {
        case .untold: []
        case .push(let push): self.push(push)
        case .manifestList(let target, let digest): [createdManifestList(target.description), digest.description]
        }
    }

    private static func push(_ push: LoadOutcome.Push) -> [String] {
        let layers = push.blobs.filter(\.isLayer)
            .map { outcome in
                let id = outcome.blob.digest.short
                return switch outcome.result {
                case .existing: alreadyExists(id)
                case .mounted(let repository): mounted(id, from: repository.path)
                case .uploaded, .fetched, .copied, .continued, .reused, .omitted: pushed(id)
                }
            }
        let last = push.manifest.map { manifest in
            pushed(tag: push.target.tag ?? "latest", digest: manifest.digest.description, size: manifest.size)
        }
        return [pushing(to: push.target.name)] + layers + (last.map { [$0] } ?? [])
    }
}
