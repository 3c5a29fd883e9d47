import Engine
import Synchronization

/// Reports the outcomes of an image list in the order of the list: each as soon as it and those before it are known.
///
/// A name that occurs again in the list has the outcome of the first one.
final class OrderedOutcomes: Sendable {
    /// Returns the outcome of a name for one of the entries that have the name.
    typealias Outcome = @Sendable (PullRequest) -> PullOutcome

    private struct State {
        var known: [ImageName: Outcome] = [:]
        var starts: [ImageName: ContinuousClock.Instant] = [:]
        var retries: [ImageName: Int] = [:]
        /// The number of requests whose outcomes were reported.
        var reported = 0
        /// Whether a caller of ``settle(_:_:)`` reports outcomes.
        var isReporting = false
    }

    private let requests: [PullRequest]
    private let onEvent: @Sendable (SaveEvent) -> Void
    private let counters: TransferCounters
    private let state = Mutex(State())

    init(
        _ requests: [PullRequest],
        counters: TransferCounters,
        onEvent: @escaping @Sendable (SaveEvent) -> Void
    ) {
        self.requests = requests
        self.onEvent = onEvent
        self.counters = counters
        counters.plan(items: requests.count)
    }

    /// Records the start of the first request for a name.
    func begin(_ name: ImageName) {
        state.withLock { $0.starts[name] = $0.starts[name] ?? .now }
    }

    /// Records retries of requests or transfers for names.
    func add(retries: Int, for names: [ImageName]) {
        guard retries > 0 else { return }
        state.withLock { state in
            for name in names { state.retries[name, default: 0] += retries }
        }
    }

    /// Records the outcome of a name; later outcomes of the name are ignored.
    func settle(_ name: ImageName, _ outcome: @escaping Outcome) {
        state.withLock { state in
            guard state.known[name] == nil else { return }
            let statistics = state.starts[name]
                .map { TransferStatistics(duration: $0.duration(to: .now), tries: 1 + state.retries[name, default: 0]) }
            state.known[name] = { request in
                var outcome = outcome(request)
                outcome.statistics = statistics
                return outcome
            }
        }
        report()
    }

    func settle(_ verdicts: [ImageCompletionTracker.Verdict]) {
        for verdict in verdicts { settle(verdict.name, verdict.outcome) }
    }

    /// Reports the outcomes that are due, outside of the lock. If another caller is reporting, that caller reports these outcomes too.
    private func report() {
        var isContinued = false
        while let (request, outcome) = state.withLock({ state in Self.next(&state, requests, isContinued) }) {
            isContinued = true
            onEvent(.started(request))
            onEvent(.finished(outcome(request)))
            counters.finishItem()
        }
    }

    private static func next(
        _ state: inout State,
        _ requests: [PullRequest],
        _ isContinued: Bool
    ) -> (PullRequest, Outcome)? {
        guard isContinued || !state.isReporting else { return nil }
        guard state.reported < requests.count, let outcome = state.known[requests[state.reported].source] else {
            state.isReporting = false
            return nil
        }
        state.isReporting = true
        defer { state.reported += 1 }
        return (requests[state.reported], outcome)
    }

    /// The reason that a name failed; `nil` if the name did not fail or its outcome is not known yet.
    func cause(of request: PullRequest) -> String? {
        guard let outcome = state.withLock({ $0.known[request.source] }) else { return nil }
        return if case .failed(let cause) = outcome(request).result { cause } else { nil }
    }

    /// Records that a name failed.
    func fail(_ name: ImageName, _ cause: String) {
        settle(name) { PullOutcome($0, .failed(cause: cause)) }
    }
}
