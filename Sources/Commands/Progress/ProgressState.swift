import Engine

/// How far a run has come, and how fast it goes: what is known at an instant, without a clock.
struct ProgressState {
    typealias Instant = ContinuousClock.Instant

    private(set) var snapshot = TransferCounters.Snapshot()
    private(set) var now: Instant
    private var rate = TransferRate()
    private var end = TimeRemaining()

    init(at now: Instant) { self.now = now }

    /// Takes note of what the counters say.
    mutating func note(_ snapshot: TransferCounters.Snapshot, at now: Instant) {
        self.snapshot = snapshot
        self.now = now
        rate.note(snapshot.moved, at: now)
        end.note(estimate, at: now)
    }

    private var estimate: Duration? {
        let left = snapshot.bytes.planned - snapshot.bytes.done
        guard snapshot.stage == nil, left > 0, silence == nil, let steady = rate.steady, steady >= 1 else { return nil }
        let seconds = Double(left) / steady
        // Nobody plans by more than that.
        return seconds < 100 * 3600 ? .seconds(seconds) : nil
    }

    /// Bytes a second over the last ten seconds; `nil` where nothing is moved.
    var bytesPerSecond: Double? { silence == nil && snapshot.moved > 0 ? rate.bytesPerSecond : nil }

    /// How long it will still take, as far as that can be known.
    var timeLeft: Duration? { end.duration(from: now) }

    /// How long nothing has come though something is under way; `nil` where that is shorter than five seconds.
    var silence: Duration? {
        guard snapshot.stage == nil, snapshot.transfers.contains(where: { $0.bytes.planned > 0 }),
            let last = rate.lastMove, last.duration(to: now) >= .seconds(5)
        else { return nil }
        return last.duration(to: now)
    }

    /// The hosts that have not done what they were asked for two seconds and more, and were asked within the last minute.
    var troubles: [TransferCounters.HostTrouble] {
        snapshot.hosts.filter { $0.since.duration(to: now) >= .seconds(2) && $0.last.duration(to: now) < .seconds(60) }
    }
}
