import CommandLine
import Dispatch
import Engine
import Synchronization

/// Shows the progress of a run, from a dispatch queue that a blocked terminal may hold up.
final class ProgressDisplay: Sendable {
    private let style: ProgressStyle
    private let counters: TransferCounters
    private let text: ProgressText
    private let console: Console
    private let terminal: Terminal
    private let interval: Duration
    private let queue = DispatchQueue(label: "progress")
    private let hasEnded = Atomic<Bool>(false)
    private struct State {
        var progress: ProgressState
        /// The time of the next display.
        var due: ContinuousClock.Instant
    }

    private let state: Mutex<State>

    /// The longest interval between two samples of the counters.
    private static let samplingInterval = Duration.seconds(1)

    /// - Parameters:
    ///   - items: the noun for the counted items.
    ///   - interval: the time between two displays; `nil` for 30 s between sentences and 200 ms between drawings.
    init(
        _ style: ProgressStyle,
        of counters: TransferCounters,
        items: String,
        on console: Console,
        interval: Duration? = nil
    ) {
        self.style = style
        self.counters = counters
        self.console = console
        text = ProgressText(items: items)
        terminal = Terminal(console.errors)
        self.interval = interval ?? (style == .sentences ? .seconds(30) : .milliseconds(200))
        let now = ContinuousClock.now
        state = Mutex(State(progress: ProgressState(at: now), due: now + self.interval))
    }

    /// Shows the progress during `work`, until the task is cancelled.
    func show<Result: Sendable>(_ work: () async -> Result) async -> Result {
        guard style != .none else { return await work() }
        schedule()
        defer { stop() }
        return await withTaskCancellationHandler {
            await work()
        } onCancel: {
            stop()
        }
    }

    private func stop() {
        hasEnded.store(true, ordering: .releasing)
        console.endDrawing()
    }

    private func schedule() {
        let (seconds, attoseconds) = min(interval, Self.samplingInterval).components
        let nanoseconds = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
        queue.asyncAfter(deadline: .now() + .nanoseconds(nanoseconds)) { [weak self] in self?.sample() }
    }

    private func sample() {
        guard !hasEnded.load(ordering: .acquiring) else { return }
        let due = state.withLock { state -> ProgressState? in
            let now = ContinuousClock.now
            state.progress.update(counters.snapshot, at: now)
            guard now >= state.due else { return nil }
            state.due = now + interval
            return state.progress
        }
        if let due { display(due) }
        schedule()
    }

    /// Displays a state, unless the terminal is in use.
    func display(_ state: ProgressState) {
        switch style {
        case .drawn(let isUTF8):
            if !terminal.isInBackground {
                console.draw(ProgressFrame(text: text, isUTF8: isUTF8).lines(state, terminal.size))
            }
        case .sentences:
            // A docker command may draw on the terminal.
            if !(console.isLent && terminal.exists), let sentence = text.sentence(state) { console.remark(sentence) }
        case .none:
            return
        }
    }
}
