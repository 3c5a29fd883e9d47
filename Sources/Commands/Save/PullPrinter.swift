import CommandLine
import Engine

/// Prints the scripts' lines for each image that is pulled.
struct PullPrinter: Sendable {
    let mode: ScriptMode
    /// The console for the scripts' lines.
    let lines: Console
    /// The console for the causes of failures.
    let console: Console
    let trace: Trace?

    func print(_ event: SaveEvent) {
        switch event {
        case .started(let request):
            if mode == .powerShell { lines.print(ScriptLines.pulling(request.source.text)) }
        case .finished(let outcome): self.print(outcome)
        case .planned: break
        }
    }

    private func print(_ outcome: PullOutcome) {
        let name = outcome.request.source.text
        trace?.log(outcome.blobs, of: name)
        switch outcome.result {
        case .pulled:
            if mode == .shell { lines.print(ScriptLines.pullSuccess(name)) }
        case .foundLocally(let cause):
            console.remark("\(name): \(cause); the image in docker's local store is saved")
        case .failed(let cause):
            if mode == .shell { lines.print(ScriptLines.pullFailed(name)) }
            console.notice("\(name): \(cause)")
        }
        for notice in outcome.notices { console.notice(notice.description) }
    }
}
