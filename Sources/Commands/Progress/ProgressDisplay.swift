import CommandLine
import Dispatch
import Engine
import Synchronization

/// Tells how far a run has come while it goes on, from a thread of its own, which a terminal that stands still may hold up.
final class ProgressDisplay: Sendable {
    private let style: ProgressStyle
    private let counters: TransferCounters
    private let words: ProgressText
    private let console: Console
    private let terminal: Terminal
    private let interval: Duration
    private let queue = DispatchQueue(label: "progress")
    private let hasEnded = Atomic<Bool>(false)
    private struct State {
        var progress: ProgressState
        /// When the next sentence or picture is due.
        var due: ContinuousClock.Instant
    }

    private let state: Mutex<State>

    /// How far apart sentences are.
    private static let pause = Duration.seconds(30)
    /// How far apart pictures are.
    private static let frame = Duration.milliseconds(200)
    /// The counters are looked at so often at least, for the rate.
    private static let look = Duration.seconds(1)

    /// - Parameters:
    ///   - items: what is counted.
    ///   - interval: how far apart sentences or pictures are; `nil` for what suits people.
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
        words = ProgressText(items: items)
        terminal = Terminal(console.errors)
        self.interval = interval ?? (style == .sentences ? Self.pause : Self.frame)
        let now = ContinuousClock.now
        state = Mutex(State(progress: ProgressState(at: now), due: now + self.interval))
    }

    /// Does work, and tells how far it is. When the task is cancelled, nothing is told any more.
    func show<Result: Sendable>(_ work: () async -> Result) async -> Result {
        guard style != .none else { return await work() }
        later()
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

    private func later() {
        let (seconds, attoseconds) = min(interval, Self.look).components
        let nanoseconds = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
        queue.asyncAfter(deadline: .now() + .nanoseconds(nanoseconds)) { [weak self] in self?.look() }
    }

    private func look() {
        guard !hasEnded.load(ordering: .acquiring) else { return }
        let due = state.withLock { state -> ProgressState? in
            let now = ContinuousClock.now
            state.progress.note(counters.snapshot, at: now)
            guard now >= state.due else { return nil }
            state.due = now + interval
            return state.progress
        }
        if let due { tell(due) }
        later()
    }

    /// Tells of a state, if anything may be told now.
    func tell(_ state: ProgressState) {
        switch style {
        case .drawn(let isUTF8):
            if !terminal.isInBackground {
                console.draw(ProgressFrame(words: words, isUTF8: isUTF8).lines(state, terminal.size))
            }
        case .sentences:
            // Docker draws on the terminal meanwhile.
            if !(console.isLent && terminal.exists), let sentence = words.sentence(state) { console.remark(sentence) }
        case .none:
            return
        }
    }
}
