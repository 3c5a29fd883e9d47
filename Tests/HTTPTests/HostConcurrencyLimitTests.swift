import Testing

@testable import HTTP

@Suite(.timeLimit(.minutes(5))) struct HostConcurrencyLimitTests {
    private let pace = Pace()
    private let start = ContinuousClock.now

    /// Holds the pace, so that what changes it can be expected.
    private final class Pace {
        private(set) var value = HostConcurrencyLimit(pause: .seconds(1), longestPause: .seconds(60))

        func begin(at now: ContinuousClock.Instant) -> Int? { value.begin(at: now) }

        func end(_ outcome: HostConcurrencyLimit.Outcome, begunIn round: Int, at now: ContinuousClock.Instant) {
            value.end(outcome, begunIn: round, at: now)
        }
    }

    /// Begins as many as may begin, of so many.
    private func begin(_ count: Int, at second: Int = 0) -> [Int] {
        (0..<count).compactMap { _ in pace.begin(at: start + .seconds(second)) }
    }

    @Test func aHostThatAnswersHasNoLimit() {
        for _ in 0..<3 {
            for round in begin(100) { pace.end(.answered, begunIn: round, at: start) }
        }
        #expect(begin(1000).count == 1000)
    }

    @Test(
        arguments: [
            (nil, 1), (.seconds(7), 7), (.seconds(60), 60), (.seconds(61), 1), (.seconds(1e9), 1),
        ] as [(Duration?, Int)]
    )
    func aBusyHostIsLeftAlone(asked: Duration?, seconds: Int) {
        let rounds = begin(2)
        pace.end(.busy(asked), begunIn: rounds[0], at: start)
        pace.end(.answered, begunIn: rounds[1], at: start)
        #expect(pace.begin(at: start + .seconds(seconds) - .nanoseconds(1)) == nil)
        #expect(pace.begin(at: start + .seconds(seconds)) != nil)
    }

    @Test func theLongestPauseCounts() {
        let rounds = begin(3)
        for (round, seconds) in zip(rounds, [5, 20, 10]) {
            pace.end(.busy(.seconds(seconds)), begunIn: round, at: start)
        }
        #expect(begin(1, at: 19).isEmpty)
        #expect(begin(1, at: 20).count == 1)
    }

    @Test(arguments: [HostConcurrencyLimit.Outcome.busy(.zero), .broken])
    func theNumberIsHalvedOnceForAllThatBreakTogether(outcome: HostConcurrencyLimit.Outcome) {
        for expected in [8, 4, 2, 1, 1] {
            for round in begin(16) { pace.end(outcome, begunIn: round, at: start) }
            #expect(pace.value.limit == expected)
        }
    }

    @Test func theNumberGrowsAgainUntilThereIsNoLimit() {
        for round in begin(4) { pace.end(.broken, begunIn: round, at: start) }
        var widths: [Int] = []
        for _ in 0..<4 {
            let rounds = begin(100)
            widths.append(rounds.count)
            for round in rounds { pace.end(.answered, begunIn: round, at: start) }
        }
        #expect(widths == [2, 3, 100, 100])
    }

    @Test func otherFailuresSayNothing() {
        for round in begin(4) { pace.end(.unknown, begunIn: round, at: start) }
        for round in begin(4) { pace.end(.failed, begunIn: round, at: start) }
        #expect(pace.value.limit == nil && pace.value.lastAnswer == nil)
    }
}
