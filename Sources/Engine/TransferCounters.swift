import HTTP
import Synchronization
import SystemIO

/// How far a run has come. The engines feed it; anyone may read it at any time, from any thread.
package final class TransferCounters: Sendable {
    private struct State {
        var items = Count()
        var bytes = Count()
        var moved: Int64 = 0
        var stage: Stage?
        var stageCount = Count()
        var transfers: [Int: Transfer] = [:]
        var hosts: [String: HostTrouble] = [:]
        var nextID = 0
    }

    private let state = Mutex(State())

    package init() {}

    package var snapshot: Snapshot {
        state.withLock { state in
            Snapshot(
                items: state.items,
                bytes: state.bytes,
                moved: state.moved,
                stage: state.stage,
                stageCount: state.stageCount,
                transfers: state.transfers.sorted { $0.key < $1.key }.map(\.value),
                hosts: state.hosts.values.sorted { $0.host < $1.host }
            )
        }
    }

    /// Adds to what there is to do; negative numbers take back what turned out not to be needed.
    package func plan(items: Int = 0, bytes: Int64 = 0) {
        state.withLock { state in
            state.items.planned += Int64(items)
            state.bytes.planned = state.bytes.planned.addingSaturated(bytes)
        }
    }

    /// Notes that an image, or a step of a load, is done.
    package func finishItem() {
        state.withLock { $0.items.done += 1 }
    }

    /// Notes that planned bytes are where they belong without having been moved.
    package func skip(bytes: Int64) {
        state.withLock { $0.bytes.done = $0.bytes.done.addingSaturated(bytes) }
    }

    /// Begins a transfer of so many bytes, which have been planned; of 0 where nobody knows how many there will be.
    package func begin(_ name: String, size: Int64) -> TransferCounter {
        let id = state.withLock { state in
            defer { state.nextID += 1 }
            state.transfers[state.nextID] = Transfer(name: name, bytes: Count(planned: size, done: 0))
            return state.nextID
        }
        return TransferCounter(self, id)
    }

    /// Tells what is done before or after the bytes are moved; `nil` while they are. What has been counted of a stage stays until the
    /// next one begins.
    ///
    /// - Parameter planned: how much there is of it, in the unit of the stage; 0 where nobody knows.
    package func enter(_ stage: Stage?, planned: Int64 = 0) {
        state.withLock { state in
            state.stage = stage
            if stage != nil { state.stageCount = Count(planned: planned) }
        }
    }

    /// Notes that so much of the stage is done.
    package func advance(by count: Int64 = 1) {
        state.withLock { $0.stageCount.done = $0.stageCount.done.addingSaturated(count) }
    }

    /// Records the health of a host.
    package func record(_ health: HostHealth, of host: String, at now: ContinuousClock.Instant = .now) {
        state.withLock { state in
            let since = state.hosts[host]?.since ?? now
            state.hosts[host] =
                health == .healthy ? nil : HostTrouble(host: host, health: health, since: since, last: now)
        }
    }

    /// - Parameter isMoved: whether the bytes have come over the wire now, or were there before.
    fileprivate func count(_ id: Int, _ bytes: Int64, isMoved: Bool) {
        state.withLock { state in
            state.bytes.done = state.bytes.done.addingSaturated(bytes)
            if isMoved { state.moved += bytes }
            state.transfers[id]?.bytes.done += bytes
        }
    }

    fileprivate func end(_ id: Int) {
        state.withLock { _ = $0.transfers.removeValue(forKey: id) }
    }
}

/// Counts the bytes of one transfer, which is under way until it is ended.
package final class TransferCounter: Sendable {
    private let counters: TransferCounters
    private let id: Int
    private let counted = Atomic<Int64>(0)

    fileprivate init(_ counters: TransferCounters, _ id: Int) {
        self.counters = counters
        self.id = id
    }

    deinit {
        end()
    }

    /// Ends the transfer. May be called more than once.
    package func end() {
        counters.end(id)
    }

    /// Counts bytes that were moved.
    package func add(_ count: Int) {
        counted.add(Int64(count), ordering: .relaxed)
        counters.count(id, Int64(count), isMoved: true)
    }

    /// Counts bytes that were there before the transfer began.
    package func skip(_ count: Int64) {
        counted.add(count, ordering: .relaxed)
        counters.count(id, count, isMoved: false)
    }

    /// Takes all bytes back: the transfer begins anew, or has failed.
    package func restart() {
        counters.count(id, -counted.exchange(0, ordering: .relaxed), isMoved: false)
    }
}
