import Testing

@testable import HTTP

@Suite(.timeLimit(.minutes(5))) struct JobQueueTests {
    private final class Name {}

    private let one: HTTPAddress
    private let other: HTTPAddress

    init() throws {
        one = try HTTPAddress("http://one.example/")
        other = try HTTPAddress("http://other.example/")
    }

    @Test func jobsWaitInOrder() {
        var queue = JobQueue<Int>()
        let names = (0..<3).map { _ in Name() }
        for (job, name) in names.enumerated() {
            #expect(queue.add(job, id: ObjectIdentifier(name), to: one) == nil, "nobody is idle")
        }
        #expect((0..<4).map { queue.next(for: $0, last: nil) } == [0, 1, 2, nil])
    }

    @Test func idleWorkerGetsTheJob() {
        var queue = JobQueue<Int>()
        let name = Name()
        #expect(queue.next(for: 7, last: nil) == nil)
        #expect(queue.add(1, id: ObjectIdentifier(name), to: one) == 7)
        #expect(queue.add(2, id: ObjectIdentifier(name), to: one) == nil, "it is idle no more")
    }

    @Test func workerWithAConnectionIsPreferred() {
        var queue = JobQueue<Int>()
        let name = Name()
        for (worker, last) in [(0, one), (1, one), (2, other)] { #expect(queue.next(for: worker, last: last) == nil) }
        let chosen = (0..<3).map { queue.add($0, id: ObjectIdentifier(name), to: one) }
        #expect(chosen == [1, 0, 2], "of two with a connection the later idle one, then any")
    }

    @Test func waitingJobsCanBeRemoved() {
        var queue = JobQueue<Int>()
        let names = (0..<4).map { _ in Name() }
        for (job, name) in names.enumerated() { _ = queue.add(job, id: ObjectIdentifier(name), to: one) }
        #expect(queue.remove(ObjectIdentifier(names[1])) == 1)
        #expect(queue.remove(ObjectIdentifier(names[1])) == nil, "it has been taken out")
        #expect(queue.next(for: 0, last: nil) == 0)
        #expect((0..<3).map { queue.next(for: $0, last: nil) } == [2, 3, nil])
    }
}
