import Testing

@testable import Commands

@Suite(.timeLimit(.minutes(1))) struct TransferRateTests {
    private let start = ContinuousClock.now

    /// Records a count each fifth of a second.
    ///
    /// - Parameter moved: the bytes that have been transferred after a number of seconds.
    private func update(_ rate: inout TransferRate, seconds: ClosedRange<Int>, _ moved: (Double) -> Double) {
        for tick in seconds.lowerBound * 5...seconds.upperBound * 5 {
            let time = Double(tick) / 5
            rate.update(Int64(moved(time)), at: start + .seconds(time))
        }
    }

    @Test func thereIsNoRateInTheFirstSecond() {
        var rate = TransferRate()
        rate.update(0, at: start)
        rate.update(1_000_000, at: start + .milliseconds(900))
        #expect(rate.bytesPerSecond == nil)
        #expect(rate.steady == nil)
    }

    @Test func theRateIsOfTheLastTenSeconds() throws {
        var rate = TransferRate()
        update(&rate, seconds: 0...60) { $0 * 1000 }
        #expect(try abs(#require(rate.bytesPerSecond) - 1000) < 1)
        // Five times as fast: after eleven seconds the earlier samples do not count.
        update(&rate, seconds: 60...71) { 60_000 + ($0 - 60) * 5000 }
        #expect(try abs(#require(rate.bytesPerSecond) - 5000) < 1)
        // Halfway, half of them count.
        update(&rate, seconds: 71...76) { 115_000 + ($0 - 71) * 1000 }
        #expect(try abs(#require(rate.bytesPerSecond) - 3000) < 200)
    }

    /// A link that transfers for five seconds and then nothing for five.
    @Test func theAverageIsSteady() throws {
        var rate = TransferRate()
        var seen: [Double] = []
        for period in 0..<12 {
            let base = Double(period) * 50_000
            update(&rate, seconds: period * 10...period * 10 + 5) { base + ($0 - Double(period) * 10) * 10_000 }
            if period >= 6 { seen.append(try #require(rate.steady)) }
            update(&rate, seconds: period * 10 + 5...period * 10 + 10) { _ in base + 50_000 }
            if period >= 6 { seen.append(try #require(rate.steady)) }
        }
        // The mean is 5000, and the rate within five seconds is 10,000 or 0.
        #expect(seen.allSatisfy { (4000...6000).contains($0) }, "\(seen)")
    }

    @Test func theLastMoveIsRecorded() {
        var rate = TransferRate()
        update(&rate, seconds: 0...3) { $0 * 1000 }
        update(&rate, seconds: 3...9) { _ in 3000 }
        #expect(rate.lastMove == start + .seconds(3))
    }

    @Test func aLongRunKeepsFewSamples() {
        var rate = TransferRate()
        update(&rate, seconds: 0...600) { $0 }
        let counts = Mirror(reflecting: rate).children.first { $0.label == "samples" }?.value as? [Any]
        #expect((counts?.count ?? .max) < 30)
    }
}
