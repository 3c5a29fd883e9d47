import OCI
import Testing

@testable import RegistryEngine

@Suite(.timeLimit(.minutes(1))) struct FetchScheduleTests {
    private func blobs(_ sizes: [Int64]) -> [Descriptor] {
        sizes.enumerated()
            .map { index, size in
                Descriptor(mediaType: .dockerLayer, digest: ContentHash.digest(of: Array("\(index)".utf8)), size: size)
            }
    }

    /// The sizes in the order in which they start.
    private func order(_ sizes: [Int64], jobs: Int) -> [Int64] {
        var schedule = FetchSchedule(blobs(sizes), jobs: jobs)
        var order: [Int64] = []
        while let blob = schedule.start() { order.append(blob.size) }
        return order
    }

    /// The duration of transfers that start in this order, if each job transfers one byte per unit of time.
    private func duration(_ sizes: [Int64], jobs: Int) -> Int64 {
        var ends = [Int64](repeating: 0, count: jobs)
        for size in sizes {
            ends.sort()
            ends[0] += size
        }
        return ends.max() ?? 0
    }

    @Test func theOrderOfTheListIsKeptWithoutLargeBlobs() {
        #expect(
            order([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21], jobs: 2).prefix(9) == [
                10, 11, 12, 13, 14, 15, 16, 17, 18,
            ]
        )
    }

    @Test func aLargeBlobAtTheEndStartsEarly() {
        let order = order([Int64](repeating: 10, count: 30) + [100], jobs: 2)
        let position = order.firstIndex(of: 100) ?? 0
        #expect((9...15).contains(position), "\(position)")
    }

    @Test(arguments: [2, 4, 8])
    func noTransferRunsAloneAtTheEnd(jobs: Int) {
        // The same numbers in each run.
        var state: UInt64 = 1
        func random() -> Int64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64(state >> 33) % 1000 + 1
        }
        var costs: [Double] = []
        for _ in 0..<100 {
            let sizes = (0..<200).map { random() * ($0 % 20 == 0 ? 30 : 1) }
            let largestFirst = duration(sizes.sorted(by: >), jobs: jobs)
            costs.append(Double(duration(order(sizes, jobs: jobs), jobs: jobs)) / Double(largestFirst) - 1)
        }
        #expect(costs.reduce(0, +) / 100 < 0.01)
        #expect((costs.max() ?? 1) < 0.03)
    }

    @Test func eachBlobStartsOnce() {
        let order = order([5, 5, 5, 900, 1, 1, 1, 300, 5], jobs: 3)
        #expect(order.sorted() == [1, 1, 1, 5, 5, 5, 5, 300, 900])
    }

    @Test func removedBlobsDoNotStart() {
        let blobs = blobs([10, 20, 30, 1000])
        var schedule = FetchSchedule(blobs, jobs: 1)
        let first = schedule.start()
        let removed = schedule.remove([blobs[1].digest, blobs[3].digest, first?.digest ?? blobs[0].digest])
        #expect(removed.allSatisfy { $0.digest != first?.digest })
        var rest: [Int64] = []
        while let blob = schedule.start() { rest.append(blob.size) }
        #expect(removed.count + rest.count + 1 == 4)
        #expect(!rest.contains(1000) && !rest.contains(20))
    }
}
