import Engine

/// The progress and the speed of a run at an instant. It has no clock.
struct ProgressState {
    typealias Instant = ContinuousClock.Instant

    private(set) var snapshot = TransferCounters.Snapshot()
    private(set) var now: Instant
    private var rate = TransferRate()
    private var remaining = TimeRemaining()

    init(at now: Instant) { self.now = now }

    /// Records a snapshot of the counters.
    mutating func update(_ snapshot: TransferCounters.Snapshot, at now: Instant) {
        self.snapshot = snapshot
        self.now = now
        rate.update(snapshot.moved, at: now)
        remaining.update(estimate, at: now)
    }

    private var estimate: Duration? {
        let missing = snapshot.bytes.planned - snapshot.bytes.done
        guard snapshot.stage == nil, missing > 0, silence == nil, let steady = rate.steady, steady >= 1 else {
            return nil
        }
        let seconds = Double(missing) / steady
        // Longer estimates are not useful.
        return seconds < 100 * 3600 ? .seconds(seconds) : nil
    }

    /// Bytes a second over the last ten seconds; `nil` if nothing is transferred.
    var bytesPerSecond: Double? { silence == nil && snapshot.moved > 0 ? rate.bytesPerSecond : nil }

    /// The estimated time until the end; `nil` if it is unknown.
    var timeLeft: Duration? { remaining.duration(from: now) }

    /// The time since the last byte of active transfers; `nil` if it is shorter than five seconds.
    var silence: Duration? {
        guard snapshot.stage == nil, snapshot.transfers.contains(where: { $0.bytes.planned > 0 }),
            let last = rate.lastMove, last.duration(to: now) >= .seconds(5)
        else { return nil }
        return last.duration(to: now)
    }

    /// The hosts that have had trouble for two seconds or more, and got a request within the last minute.
    var troubles: [TransferCounters.HostTrouble] {
        snapshot.hosts.filter { $0.since.duration(to: now) >= .seconds(2) && $0.last.duration(to: now) < .seconds(60) }
    }
}
