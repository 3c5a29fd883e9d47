import Synchronization

/// Where the requests to one host wait for their turn, in order.
final class HostAdmissionQueue: Sendable {
    /// A request that has passed.
    struct Pass {
        /// How long it stood behind others that the host answered meanwhile.
        let timeInLine: Duration
        fileprivate let round: Int
    }

    struct Waiter {
        let id: Int
        let since: ContinuousClock.Instant
        let continuation: CheckedContinuation<Pass, any Error>
    }

    struct State {
        var pace: HostConcurrencyLimit
        var waiting: [Waiter] = []
        var cancelled: Set<Int> = []
        var nextID = 0
        /// Until when something sleeps that lets in whoever waits.
        var timer: ContinuousClock.Instant?
    }

    let state: Mutex<State>
    private let host: String
    private let trace: HTTPTrace?

    /// - Parameters:
    ///   - host: what it is called where it is told of.
    ///   - trace: told of pauses and limits.
    init(_ pace: HostConcurrencyLimit, host: String = "", trace: HTTPTrace? = nil) {
        state = Mutex(State(pace: pace))
        self.host = host
        self.trace = trace
    }

    /// Waits for the turn of a request. One that is cancelled meanwhile loses its place.
    func enter() async throws -> Pass {
        let (pass, id) = state.withLock { state -> (Pass?, Int) in
            if state.waiting.isEmpty, let round = state.pace.begin(at: .now) {
                return (Pass(timeInLine: .zero, round: round), 0)
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
                    // It does not wait yet, or no longer.
                    state.cancelled.insert(id)
                    return nil
                }
                return state.waiting.remove(at: index)
            }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Takes note of what a request came to, and lets in whom there is room for now.
    func leave(_ pass: Pass, _ outcome: HostConcurrencyLimit.Outcome) {
        let now = ContinuousClock.now
        let (before, after) = state.withLock { state in
            let before = state.pace
            state.pace.end(outcome, begunIn: pass.round, at: now)
            return (before, state.pace)
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
            while let waiter = state.waiting.first, let round = state.pace.begin(at: now) {
                state.waiting.removeFirst()
                let isAlive = state.pace.lastAnswer.map { $0 > waiter.since } ?? false
                let time = isAlive ? waiter.since.duration(to: now) : .zero
                admitted.append((waiter, Pass(timeInLine: time, round: round)))
            }
            guard !state.waiting.isEmpty, let until = state.pace.pausedUntil, state.timer.map({ $0 < until }) ?? true
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

/// The gates of all hosts that a client has spoken to.
final class HostAdmissionQueues: Sendable {
    private let pace: HostConcurrencyLimit
    private let trace: HTTPTrace?
    private let gates = Mutex<[HTTPAddress: HostAdmissionQueue]>([:])

    init(_ configuration: HTTPClient.Configuration) {
        trace = configuration.trace
        pace = HostConcurrencyLimit(pause: configuration.busyPause, longestPause: configuration.longestPause)
    }

    func gate(of address: HTTPAddress) -> HostAdmissionQueue {
        gates.withLock { gates in
            if let gate = gates[address] { return gate }
            let gate = HostAdmissionQueue(pace, host: address.authority, trace: trace)
            gates[address] = gate
            return gate
        }
    }
}
