import Synchronization

/// FIFO admission queue for the requests to one host.
final class HostAdmissionQueue: Sendable {
    /// An admitted request.
    struct Pass {
        /// The time the request waited while the host answered other requests.
        let queueTime: Duration
        fileprivate let round: Int
    }

    struct Waiter {
        let id: Int
        let since: ContinuousClock.Instant
        let continuation: CheckedContinuation<Pass, any Error>
    }

    struct State {
        var limit: HostConcurrencyLimit
        var waiting: [Waiter] = []
        var cancelled: Set<Int> = []
        var nextID = 0
        /// The time at which a sleeping task admits waiting requests.
        var timer: ContinuousClock.Instant?
    }

    let state: Mutex<State>
    private let host: String
    private let trace: HTTPTrace?

    /// - Parameters:
    ///   - host: The host's name in the trace.
    ///   - trace: Receives back-offs and limits.
    init(_ limit: HostConcurrencyLimit, host: String = "", trace: HTTPTrace? = nil) {
        state = Mutex(State(limit: limit))
        self.host = host
        self.trace = trace
    }

    /// Waits for admission. A cancelled request leaves the queue.
    func enter() async throws -> Pass {
        let (pass, id) = state.withLock { state -> (Pass?, Int) in
            if state.waiting.isEmpty, let round = state.limit.begin(at: .now) {
                return (Pass(queueTime: .zero, round: round), 0)
            }
            state.nextID += 1
            return (nil, state.nextID)
        }
        if let pass { return pass }
        defer { state.withLock { _ = $0.cancelled.remove(id) } }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isCancelled = state.withLock { state in
                    guard state.cancelled.remove(id) == nil else { return true }
                    state.waiting.append(Waiter(id: id, since: .now, continuation: continuation))
                    return false
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) } else { admit() }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let index = state.waiting.firstIndex(where: { $0.id == id }) else {
                    // The request is not queued yet, or no longer.
                    state.cancelled.insert(id)
                    return nil
                }
                return state.waiting.remove(at: index)
            }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Records the result of a request and admits waiting requests.
    func leave(_ pass: Pass, _ health: HostHealth?) {
        let now = ContinuousClock.now
        let (before, after) = state.withLock { state in
            let before = state.limit
            state.limit.end(health, begunIn: pass.round, at: now)
            return (before, state.limit)
        }
        if let trace {
            if let until = after.pausedUntil, until != before.pausedUntil {
                trace(.pause(host: host, now.duration(to: until)))
            }
            if after.limit != before.limit { trace(.limit(host: host, after.limit)) }
        }
        admit()
    }

    private func admit() {
        let (admitted, timer) = state.withLock { state -> ([(Waiter, Pass)], ContinuousClock.Instant?) in
            let now = ContinuousClock.now
            var admitted: [(Waiter, Pass)] = []
            while let waiter = state.waiting.first, let round = state.limit.begin(at: now) {
                state.waiting.removeFirst()
                let hasAnswered = state.limit.lastAnswer.map { $0 > waiter.since } ?? false
                let time = hasAnswered ? waiter.since.duration(to: now) : .zero
                admitted.append((waiter, Pass(queueTime: time, round: round)))
            }
            guard !state.waiting.isEmpty, let until = state.limit.pausedUntil, state.timer.map({ $0 < until }) ?? true
            else { return (admitted, nil) }
            state.timer = until
            return (admitted, until)
        }
        for (waiter, pass) in admitted { waiter.continuation.resume(returning: pass) }
        guard let timer else { return }
        Task { [self] in
            try? await Task.sleep(until: timer)
            state.withLock { if $0.timer == timer { $0.timer = nil } }
            admit()
        }
    }
}

/// The admission queues of all hosts used by a client.
final class HostAdmissionQueues: Sendable {
    private let limit: HostConcurrencyLimit
    private let trace: HTTPTrace?
    private let queues = Mutex<[HTTPAddress: HostAdmissionQueue]>([:])

    init(_ configuration: HTTPClient.Configuration) {
        trace = configuration.trace
        limit = HostConcurrencyLimit(pause: configuration.busyPause, longestPause: configuration.longestPause)
    }

    func queue(for address: HTTPAddress) -> HostAdmissionQueue {
        queues.withLock { queues in
            if let queue = queues[address] { return queue }
            let queue = HostAdmissionQueue(limit, host: address.authority, trace: trace)
            queues[address] = queue
            return queue
        }
    }
}
