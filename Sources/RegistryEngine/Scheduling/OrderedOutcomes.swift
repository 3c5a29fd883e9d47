import Engine
import Synchronization

/// Tells what becomes of the images of a list in the list's order: each as soon as it and those before it are known.
///
/// A name that occurs again in the list has the outcome of the first one.
final class OrderedOutcomes: Sendable {
    /// What is known of a name, told again for each line that has it.
    typealias Outcome = @Sendable (PullRequest) -> PullOutcome

    private struct State {
        var known: [ImageName: Outcome] = [:]
        var begun: [ImageName: ContinuousClock.Instant] = [:]
        var retries: [ImageName: Int] = [:]
        var told = 0
    }

    private let requests: [PullRequest]
    private let observer: any PullObserver
    private let counters: TransferCounters
    private let state = Mutex(State())

    init(_ requests: [PullRequest], observer: any PullObserver, counters: TransferCounters) {
        self.requests = requests
        self.observer = observer
        self.counters = counters
        counters.plan(items: requests.count)
    }

    /// Takes note that the search for a name begins; the first time counts.
    func begin(_ name: ImageName) {
        state.withLock { $0.begun[name] = $0.begun[name] ?? .now }
    }

    /// Takes note of requests or transfers that were made again for names.
    func add(retries: Int, for names: [ImageName]) {
        guard retries > 0 else { return }
        state.withLock { state in
            for name in names { state.retries[name, default: 0] += retries }
        }
    }

    /// Takes note of what became of a name; the first outcome of a name counts.
    func settle(_ name: ImageName, _ outcome: @escaping Outcome) {
        state.withLock { state in
            guard state.known[name] == nil else { return }
            let statistics = state.begun[name]
                .map { TransferStatistics(duration: $0.duration(to: .now), tries: 1 + state.retries[name, default: 0]) }
            state.known[name] = { request in
                var outcome = outcome(request)
                outcome.statistics = statistics
                return outcome
            }
            while state.told < requests.count, let outcome = state.known[requests[state.told].source] {
                let request = requests[state.told]
                observer.willPull(request)
                observer.didPull(outcome(request))
                counters.finishItem()
                state.told += 1
            }
        }
    }

    /// Why a name has failed; `nil` where it has not, or nothing is known of it yet.
    func cause(of request: PullRequest) -> String? {
        guard let outcome = state.withLock({ $0.known[request.source] }) else { return nil }
        return if case .failed(let cause) = outcome(request).result { cause } else { nil }
    }

    /// Takes note that a name has failed.
    func fail(_ name: ImageName, _ cause: String) {
        settle(name) { PullOutcome($0, .failed(cause: cause)) }
    }
}
