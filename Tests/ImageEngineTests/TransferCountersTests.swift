import ImageEngine
import Testing

@Suite(.timeLimit(.minutes(1))) struct TransferCountersTests {
    private typealias Count = TransferCounters.Count

    @Test func bytesOfATransferAreThoseOfTheRun() {
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

    @Test func whatIsNotNeededIsTakenBack() {
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
