import CommandLine
import Engine
import Synchronization

/// Prints the scripts' lines for each image that is pulled, and keeps what became of it.
final class PullReporter: PullObserver {
    private let mode: ScriptMode
    private let lines: Console
    private let console: Console
    private let trace: Trace?
    private let kept = Mutex<[PullOutcome]>([])

    /// - Parameters:
    ///   - lines: gets what the scripts print.
    ///   - console: gets the causes of failures.
    ///   - trace: gets what became of the blobs.
    init(mode: ScriptMode, lines: Console, console: Console, trace: Trace? = nil) {
        self.mode = mode
        self.lines = lines
        self.console = console
        self.trace = trace
    }

    /// What became of the images, in the order of the list.
    var outcomes: [PullOutcome] { kept.withLock(\.self) }

    func willPull(_ request: PullRequest) {
        if mode == .powerShell { lines.print(ScriptLines.pulling(request.source.text)) }
    }

    func didPull(_ outcome: PullOutcome) {
        let name = outcome.request.source.text
        trace?.tell(outcome.blobs, of: name)
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
        kept.withLock { $0.append(outcome) }
    }
}

extension PullOutcome {
    /// Whether there is nothing to save of the image.
    var isFailure: Bool {
        if case .failed = result { true } else { false }
    }

    /// Whether something that refers to the image is left out.
    var lacksReferrers: Bool { notices.contains { $0.kind == .referrerLeftOut } }
}
