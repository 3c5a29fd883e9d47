import CommandLine
import Engine
import OCI

/// Prints the scripts' lines for each step of a load, and docker's lines if docker has not printed them.
struct StepPrinter: Sendable {
    let mode: ScriptMode
    let console: Console
    let notices: NoticeAggregator
    let trace: Trace?

    func print(_ event: LoadEvent) {
        switch event {
        case .started(let step):
            switch step.action {
            case .push:
                if mode == .powerShell { console.print(ScriptLines.tagging(step.target.text)) }
            case .manifestList(let architectures, _):
                console.print(ScriptLines.preparingManifest(step.target.text, architectures: architectures))
            }
        case .finished(let outcome):
            if case .push(let push) = outcome.product { trace?.log(push.blobs, of: outcome.step.target.text) }
            for line in ScriptLines.product(outcome.product) { console.print(line) }
            for notice in outcome.notices { notices.take(notice) }
            if let cause = outcome.cause { console.notice("\(outcome.step.image.reference): \(cause)") }
        }
    }
}

extension ScriptLines {
    /// The lines that docker prints for the product of a step.
    fileprivate static func product(_ product: LoadOutcome.Product) -> [String] {
        switch product {
        case .unknown: []
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
