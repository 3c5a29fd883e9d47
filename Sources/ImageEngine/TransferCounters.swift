import Synchronization

/// How far a run has come. The engines feed it; anyone may read it at any time, from any thread.
package final class TransferCounters: Sendable {
    /// How much there is to do, and how much is done.
    package struct Count: Sendable, Hashable {
        package var planned: Int64
        package var done: Int64

        package init(planned: Int64 = 0, done: Int64 = 0) {
            self.planned = planned
            self.done = done
        }
    }

    /// A transfer under way.
    package struct Transfer: Sendable, Hashable {
        /// What is moved, such as `layer 0f912b902302 of rancher/shell:v1`.
        package let name: String
        /// In bytes.
        package var bytes: Count
    }

    /// The state of all counters at one moment.
    package struct Snapshot: Sendable, Hashable {
        /// Images to pull, or steps of a load.
        package var items = Count()
        /// Bytes to move.
        package var bytes = Count()
        /// In the order in which they began.
        package var transfers: [Transfer] = []
    }

    private struct State {
        var items = Count()
        var bytes = Count()
        var transfers: [Int: Transfer] = [:]
        var nextID = 0
    }

    private let state = Mutex(State())

    package init() {}

    package var snapshot: Snapshot {
        state.withLock { state in
            let transfers = state.transfers.sorted { $0.key < $1.key }.map(\.value)
            return Snapshot(items: state.items, bytes: state.bytes, transfers: transfers)
        }
    }

    /// Adds to what there is to do; negative numbers take back what turned out not to be needed.
    package func plan(items: Int = 0, bytes: Int64 = 0) {
        state.withLock { state in
            state.items.planned += Int64(items)
            state.bytes.planned += bytes
        }
    }

    /// Notes that an image, or a step of a load, is done.
    package func finishItem() {
        state.withLock { $0.items.done += 1 }
    }

    /// Begins a transfer of so many bytes, which have been planned.
    package func begin(_ name: String, size: Int64) -> TransferCounter {
        let id = state.withLock { state in
            defer { state.nextID += 1 }
            state.transfers[state.nextID] = Transfer(name: name, bytes: Count(planned: size, done: 0))
            return state.nextID
        }
        return TransferCounter(self, id)
    }

    fileprivate func move(_ id: Int, _ bytes: Int64) {
        state.withLock { state in
            state.bytes.done += bytes
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
    private let moved = Atomic<Int64>(0)

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
        moved.add(Int64(count), ordering: .relaxed)
        counters.move(id, Int64(count))
    }

    /// Takes all bytes back: the transfer begins anew.
    package func restart() {
        counters.move(id, -moved.exchange(0, ordering: .relaxed))
    }
}
