import Glibc

/// The speed of transfers, from byte counts at several instants.
struct TransferRate {
    typealias Instant = ContinuousClock.Instant

    /// The time that ``bytesPerSecond`` is computed from.
    private static let window = Duration.seconds(10)
    /// The time between samples.
    private static let step = Duration.milliseconds(500)
    /// The time constant of the average of ``steady``.
    private static let memory = Duration.seconds(30)

    private struct Sample {
        let instant: Instant
        let moved: Int64
    }

    /// The samples of the window, the oldest first, and one from before it.
    private var samples: [Sample] = []
    private var last: Sample?
    /// The instant at which the count last grew, or of the first sample.
    private(set) var lastMove: Instant?
    private var average = 0.0
    /// The weight of all samples in the average, up to 1.
    private var weight = 0.0

    /// Records the bytes that have been transferred so far, which never decrease.
    mutating func update(_ moved: Int64, at now: Instant) {
        if let last, now > last.instant {
            let time = last.instant.duration(to: now) / .seconds(1)
            let part = 1 - exp(-time / (Self.memory / .seconds(1)))
            average += part * (Double(moved - last.moved) / time - average)
            weight += part * (1 - weight)
        }
        if lastMove == nil || moved > last?.moved ?? 0 { lastMove = now }
        let sample = Sample(instant: now, moved: moved)
        last = sample
        guard samples.last.map({ now - $0.instant >= Self.step }) ?? true else { return }
        samples.append(sample)
        while samples.count > 2, now - samples[1].instant >= Self.window { samples.removeFirst() }
    }

    /// Bytes a second over the last ten seconds; `nil` in the first second.
    var bytesPerSecond: Double? {
        guard let first = samples.first, let last, last.instant - first.instant >= .seconds(1) else { return nil }
        return Double(last.moved - first.moved) / (first.instant.duration(to: last.instant) / .seconds(1))
    }

    /// A moving average of bytes a second, for estimates; `nil` in the first second.
    var steady: Double? {
        bytesPerSecond == nil || weight == 0 ? nil : average / weight
    }
}
