import Engine
import HTTP
import Testing

@Suite(.timeLimit(.minutes(1))) struct TransferCountersTests {
    private typealias Count = TransferCounters.Count

    @Test func bytesOfATransferAreCounted() {
        let counters = TransferCounters()
        counters.plan(items: 2, bytes: 30)
        let first = counters.begin("first", size: 10)
        let second = counters.begin("second", size: 20)
        first.add(4)
        first.add(6)
        second.add(5)
        #expect(counters.snapshot.bytes == Count(planned: 30, done: 15))
        #expect(counters.snapshot.transfers.map(\.name) == ["first", "second"])
        #expect(counters.snapshot.transfers.map(\.bytes.done) == [10, 5])
        second.restart()
        #expect(counters.snapshot.bytes == Count(planned: 30, done: 10))
        #expect(
            counters.snapshot.transfers.map(\.bytes) == [Count(planned: 10, done: 10), Count(planned: 20, done: 0)]
        )
        counters.finishItem()
        #expect(counters.snapshot.items == Count(planned: 2, done: 1))
    }

    @Test func aTransferEndsWithItsCounter() {
        let counters = TransferCounters()
        var counter: TransferCounter? = counters.begin("it", size: 10)
        counter?.add(10)
        #expect(counters.snapshot.transfers.count == 1)
        counter = nil
        #expect(counters.snapshot.transfers.isEmpty)
        #expect(counters.snapshot.bytes.done == 10)
    }

    @Test func existingBytesAreFinishedButNotMoved() {
        let counters = TransferCounters()
        counters.plan(bytes: 40)
        counters.skip(bytes: 10)
        let counter = counters.begin("it", size: 30)
        counter.skip(20)
        counter.add(5)
        #expect(counters.snapshot.bytes == Count(planned: 40, done: 35))
        #expect(counters.snapshot.transfers[0].bytes.done == 25)
        #expect(counters.snapshot.moved == 5)
        // The bytes of the failed transfer stay in the total.
        counter.restart()
        #expect(counters.snapshot.bytes.done == 10)
        #expect(counters.snapshot.moved == 5)
    }

    @Test func hostsRecover() {
        let counters = TransferCounters()
        let start = ContinuousClock.now
        counters.record(.unreachable, of: "b", at: start)
        counters.record(.busy(retryAfter: nil), of: "a:5000", at: start + .seconds(1))
        counters.record(.failing, of: "b", at: start + .seconds(2))
        #expect(
            counters.snapshot.hosts == [
                .init(
                    host: "a:5000",
                    health: .busy(retryAfter: nil),
                    since: start + .seconds(1),
                    last: start + .seconds(1)
                ),
                .init(host: "b", health: .failing, since: start, last: start + .seconds(2)),
            ]
        )
        counters.record(.healthy, of: "b", at: start + .seconds(3))
        #expect(counters.snapshot.hosts.map(\.host) == ["a:5000"])
    }

    @Test func aStageStartsAtZero() {
        let counters = TransferCounters()
        counters.enter(.resolving, planned: 3)
        counters.advance()
        counters.advance(by: 2)
        #expect(counters.snapshot.stage == .resolving)
        #expect(counters.snapshot.stageCount == Count(planned: 3, done: 3))
        counters.enter(.finishing)
        #expect(counters.snapshot.stageCount == Count())
        counters.advance()
        counters.enter(nil)
        #expect(counters.snapshot.stage == nil)
        #expect(counters.snapshot.stageCount == Count(planned: 0, done: 1))
    }

    @Test func plannedAmountsCanDecrease() {
        let counters = TransferCounters()
        counters.plan(bytes: 30)
        counters.plan(bytes: -10)
        #expect(counters.snapshot.bytes == Count(planned: 20, done: 0))
    }

    @Test func manyThreadsCountTogether() async {
        let counters = TransferCounters()
        await withTaskGroup(of: Void.self) { group in
            for name in 0..<8 {
                group.addTask {
                    let counter = counters.begin("\(name)", size: 1000)
                    for _ in 0..<1000 { counter.add(1) }
                }
            }
        }
        #expect(counters.snapshot.bytes.done == 8000)
        #expect(counters.snapshot.transfers.isEmpty)
    }
}
