import HTTP
import Synchronization
import SystemIO

/// Progress counters of a run. The engines update them; they can be read at any time, on any thread.
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

    /// Adds planned items and bytes; negative numbers remove items and bytes that are not needed.
    package func plan(items: Int = 0, bytes: Int64 = 0) {
        state.withLock { state in
            state.items.planned += Int64(items)
            state.bytes.planned = state.bytes.planned.addingSaturated(bytes)
        }
    }

    /// Records that an image or a load step is finished.
    package func finishItem() {
        state.withLock { $0.items.done += 1 }
    }

    /// Records that planned bytes exist at the destination and are not transferred.
    package func skip(bytes: Int64) {
        state.withLock { $0.bytes.done = $0.bytes.done.addingSaturated(bytes) }
    }

    /// Starts a transfer.
    ///
    /// - Parameter size: the planned bytes; 0 if unknown.
    package func begin(_ name: String, size: Int64) -> TransferCounter {
        let id = state.withLock { state in
            defer { state.nextID += 1 }
            state.transfers[state.nextID] = Transfer(name: name, bytes: Count(planned: size, done: 0))
            return state.nextID
        }
        return TransferCounter(self, id)
    }

    /// Starts a stage; `nil` ends it. The count of a stage stays until the next stage starts.
    ///
    /// - Parameter planned: the amount in the unit of the stage; 0 if unknown.
    package func enter(_ stage: Stage?, planned: Int64 = 0) {
        state.withLock { state in
            state.stage = stage
            if stage != nil { state.stageCount = Count(planned: planned) }
        }
    }

    /// Adds to the finished amount of the stage.
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

    /// - Parameter isMoved: whether the bytes were downloaded or uploaded.
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

/// Counts the bytes of one transfer until ``end()``.
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

    /// Ends the transfer. Can be called more than once.
    package func end() {
        counters.end(id)
    }

    /// Counts downloaded or uploaded bytes.
    package func add(_ count: Int) {
        counted.add(Int64(count), ordering: .relaxed)
        counters.count(id, Int64(count), isMoved: true)
    }

    /// Counts bytes that existed before the transfer.
    package func skip(_ count: Int64) {
        counted.add(count, ordering: .relaxed)
        counters.count(id, count, isMoved: false)
    }

    /// Subtracts all bytes, because the transfer starts over or has failed.
    package func restart() {
        counters.count(id, -counted.exchange(0, ordering: .relaxed), isMoved: false)
    }
}
