import Testing

@testable import HTTP

/// The schedule of bytes, without a clock.
@Suite(.timeLimit(.minutes(1))) struct RateScheduleTests {
    private let start = ContinuousClock.now

    private func instant(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    private func seconds(_ wait: Duration) -> Double { wait / .seconds(1) }

    @Test func burstOfAQuarterSecond() {
        var schedule = RateSchedule(bytesPerSecond: 1000)
        #expect(schedule.take(250, at: start) == .zero)
        #expect(abs(seconds(schedule.take(100, at: start)) - 0.1) < 1e-6)
        #expect(abs(seconds(schedule.take(100, at: start)) - 0.2) < 1e-6, "behind the one before")
    }

    @Test func unusedTimeIsNotSaved() {
        var schedule = RateSchedule(bytesPerSecond: 1000)
        _ = schedule.take(1, at: start)
        #expect(schedule.take(250, at: instant(1000)) == .zero)
        #expect(schedule.take(1000, at: instant(1000)) > .milliseconds(990))
    }

    /// Transfers that take a piece whenever the one before may move.
    private func run(pieces: [Int], rate: Int64, until end: Double) -> [Int] {
        var schedule = RateSchedule(bytesPerSecond: rate)
        var moved = pieces.map { _ in 0 }
        var due = pieces.map { _ in 0.0 }
        var taken = pieces.map { _ in 0 }
        while let next = due.indices.min(by: { due[$0] < due[$1] }), due[next] <= end {
            moved[next] += taken[next]
            taken[next] = pieces[next]
            due[next] += seconds(schedule.take(pieces[next], at: instant(due[next])))
            let sum = Double(moved.reduce(0, +))
            #expect(sum <= Double(rate) * (due.min() ?? 0) + schedule.burst + 1, "never more than the rate")
        }
        return moved
    }

    @Test(arguments: [1, 2, 16])
    func bandwidthIsLimitedAndShared(transfers: Int) throws {
        let moved = run(pieces: Array(repeating: 4096, count: transfers), rate: 100_000, until: 60)
        #expect(moved.reduce(0, +) > 5_900_000, "and it is used")
        // The first takes the burst, and up to one piece is in progress.
        #expect(try #require(moved.max()) - #require(moved.min()) <= 25_000 + 2 * 4096)
    }

    @Test func urgentBytesWaitForUrgentBytesOnly() {
        var schedule = RateSchedule(bytesPerSecond: 1000)
        _ = schedule.take(10_000, at: start)
        #expect(schedule.take(250, isUrgent: true, at: start) == .zero)
        #expect(abs(seconds(schedule.take(1000, isUrgent: true, at: start)) - 1) < 1e-6)
        // 10,000 + 1,250 + 1 bytes, of which 250 were the burst.
        #expect(abs(seconds(schedule.take(1, at: start)) - 11.001) < 1e-6, "the others pay for them")
    }
}
