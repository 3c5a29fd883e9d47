import ImageEngine
import Synchronization

/// Tells what becomes of the images of a list in the list's order: each as soon as it and those before it are known.
///
/// A name that occurs again in the list has the outcome of the first one.
final class OrderedOutcomes: Sendable {
    /// What is known of a name, told again for each line that has it.
    typealias Outcome = @Sendable (PullRequest) -> PullOutcome

    private struct State {
        var known: [ImageName: Outcome] = [:]
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

    /// Takes note of what became of a name; the first outcome of a name counts.
    func settle(_ name: ImageName, _ outcome: @escaping Outcome) {
        state.withLock { state in
            guard state.known[name] == nil else { return }
            state.known[name] = outcome
            while state.told < requests.count, let outcome = state.known[requests[state.told].source] {
                let request = requests[state.told]
                observer.willPull(request)
                observer.didPull(outcome(request))
                counters.finishItem()
                state.told += 1
            }
        }
    }

    /// Takes note that a name has failed.
    func fail(_ name: ImageName, _ cause: String) {
        settle(name) { PullOutcome($0, .failed(cause: cause)) }
    }
}
