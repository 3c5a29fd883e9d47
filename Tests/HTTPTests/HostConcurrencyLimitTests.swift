import Testing

@testable import HTTP

@Suite(.timeLimit(.minutes(5))) struct HostConcurrencyLimitTests {
    private let limit = Limit()
    private let start = ContinuousClock.now

    /// A reference to the limit, for `#expect` with mutating calls.
    private final class Limit {
        private(set) var value = HostConcurrencyLimit(pause: .seconds(1), longestPause: .seconds(60))

        func begin(at now: ContinuousClock.Instant) -> Int? { value.begin(at: now) }

        func end(_ health: HostHealth?, begunIn round: Int, at now: ContinuousClock.Instant) {
            value.end(health, begunIn: round, at: now)
        }
    }

    /// Starts up to `count` requests.
    private func begin(_ count: Int, at second: Int = 0) -> [Int] {
        (0..<count).compactMap { _ in limit.begin(at: start + .seconds(second)) }
    }

    @Test func healthyHostHasNoLimit() {
        for _ in 0..<3 {
            for round in begin(100) { limit.end(.healthy, begunIn: round, at: start) }
        }
        #expect(begin(1000).count == 1000)
    }

    @Test(
        arguments: [
            (nil, 1), (.seconds(7), 7), (.seconds(60), 60), (.seconds(61), 1), (.seconds(1e9), 1),
        ] as [(Duration?, Int)]
    )
    func busyHostIsBackedOff(asked: Duration?, seconds: Int) {
        let rounds = begin(2)
        limit.end(.busy(retryAfter: asked), begunIn: rounds[0], at: start)
        limit.end(.healthy, begunIn: rounds[1], at: start)
        #expect(limit.begin(at: start + .seconds(seconds) - .nanoseconds(1)) == nil)
        #expect(limit.begin(at: start + .seconds(seconds)) != nil)
    }

    @Test func longestBackOffApplies() {
        let rounds = begin(3)
        for (round, seconds) in zip(rounds, [5, 20, 10]) {
            limit.end(.busy(retryAfter: .seconds(seconds)), begunIn: round, at: start)
        }
        #expect(begin(1, at: 19).isEmpty)
        #expect(begin(1, at: 20).count == 1)
    }

    @Test(arguments: [HostHealth.busy(retryAfter: .zero), .interrupted])
    func limitIsHalvedOncePerRound(health: HostHealth) {
        for expected in [8, 4, 2, 1, 1] {
            for round in begin(16) { limit.end(health, begunIn: round, at: start) }
            #expect(limit.value.limit == expected)
        }
    }

    @Test func limitGrowsUntilItIsLifted() {
        for round in begin(4) { limit.end(.interrupted, begunIn: round, at: start) }
        var widths: [Int] = []
        for _ in 0..<4 {
            let rounds = begin(100)
            widths.append(rounds.count)
            for round in rounds { limit.end(.healthy, begunIn: round, at: start) }
        }
        #expect(widths == [2, 3, 100, 100])
    }

    @Test func otherFailuresDoNotChangeTheLimit() {
        for round in begin(4) { limit.end(nil, begunIn: round, at: start) }
        for round in begin(4) { limit.end(.unreachable, begunIn: round, at: start) }
        for round in begin(4) { limit.end(.failing, begunIn: round, at: start) }
        #expect(limit.value.limit == nil && limit.value.lastAnswer == nil)
    }
}
