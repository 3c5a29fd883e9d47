import Glibc

/// How fast bytes are moved, by how many had been moved at several instants.
struct TransferRate {
    typealias Instant = ContinuousClock.Instant

    /// The rate that is shown is that of so much time.
    private static let window = Duration.seconds(10)
    /// Counts are kept so far apart.
    private static let step = Duration.milliseconds(500)
    /// Of the rate that the time left follows: what is older counts for less than a third.
    private static let memory = Duration.seconds(30)

    private struct Sample {
        let instant: Instant
        let moved: Int64
    }

    /// The counts of the window, the oldest first, and one from before it.
    private var samples: [Sample] = []
    private var last: Sample?
    /// When the count last grew; when it was first taken, if it never did.
    private(set) var lastMove: Instant?
    private var average = 0.0
    /// How much of all the past the average has in it, up to 1.
    private var weight = 0.0

    /// Takes note of how many bytes have been moved so far, which never becomes less.
    mutating func note(_ moved: Int64, at now: Instant) {
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

    /// Bytes a second as they have come for a while, for a look ahead; `nil` in the first second.
    var steady: Double? {
        bytesPerSecond == nil || weight == 0 ? nil : average / weight
    }
}
