import Testing

@testable import Commands

@Suite(.timeLimit(.minutes(1))) struct TimeRemainingTests {
    private let start = ContinuousClock.now

    @Test func theTimeCountsDownDespiteVaryingEstimates() {
        var left = TimeRemaining()
        left.update(.seconds(600), at: start)
        // Each estimate is off by a twentieth, up or down; the shown time only shrinks.
        var last = Duration.seconds(600)
        for second in 1...300 {
            let now = start + .seconds(second)
            left.update(.seconds(600 - second) * (second % 2 == 0 ? 1.05 : 0.95), at: now)
            let shown = left.duration(from: now)
            #expect(shown == last - .seconds(1))
            last = shown ?? .zero
        }
    }

    @Test func theTimeChangesIfItIsFarOff() {
        var left = TimeRemaining()
        left.update(.seconds(600), at: start)
        left.update(.seconds(1200), at: start + .seconds(10))
        #expect(left.duration(from: start + .seconds(10)) == .seconds(1200))
        // The end was expected earlier.
        left.update(.seconds(2), at: start + .seconds(1211))
        #expect(left.duration(from: start + .seconds(1211)) == .seconds(2))
        left.update(nil, at: start + .seconds(1212))
        #expect(left.duration(from: start + .seconds(1212)) == nil)
    }

    @Test(
        arguments: [
            (0, "1 s"), (7, "7 s"), (22, "20 s"), (58, "1 min"), (89, "1 min"), (91, "2 min"), (3_500, "58 min"),
            (3_580, "1 h"), (4_000, "1 h 5 min"), (7_200, "2 h"), (40_000, "11 h"),
        ]
    )
    func words(seconds: Int, text: String) {
        #expect(TimeRemaining.text(.seconds(seconds)) == text)
    }
}
