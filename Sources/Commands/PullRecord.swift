import ImageEngine
import ScriptInterface
import Synchronization

/// Prints the scripts' lines for each image that is pulled, and keeps what became of it.
final class PullRecord: PullObserver {
    private let mode: ScriptMode
    private let lines: Console
    private let console: Console
    private let results = Mutex<(pulled: [String], failed: [String])>(([], []))

    /// - Parameters:
    ///   - lines: gets what the scripts print.
    ///   - console: gets the causes of failures.
    init(mode: ScriptMode, lines: Console, console: Console) {
        self.mode = mode
        self.lines = lines
        self.console = console
    }

    var pulled: [String] { results.withLock(\.pulled) }

    var failed: [String] { results.withLock(\.failed) }

    func willPull(_ reference: String) {
        if mode == .powerShell { lines.print(ScriptLines.pulling(reference)) }
    }

    func didPull(_ reference: String, _ outcome: PullOutcome) {
        switch outcome {
        case .pulled:
            if mode == .shell { lines.print(ScriptLines.pullSuccess(reference)) }
            results.withLock { $0.pulled.append(reference) }
        case .foundLocally(let cause):
            console.warn("\(reference): \(cause); the image in docker's local store is saved")
            results.withLock { $0.pulled.append(reference) }
        case .failed(let cause):
            if mode == .shell { lines.print(ScriptLines.pullFailed(reference)) }
            console.warn("\(reference): \(cause)")
            results.withLock { $0.failed.append(reference) }
        }
    }
}
