import HTTP
import Synchronization

/// The patience with each host that requests are sent to.
final class HostRetryBudgets: Sendable {
    private let hosts = Mutex<[String: SharedRetryBudget]>([:])

    func patience(with host: String) -> SharedRetryBudget {
        hosts.withLock { hosts in
            if let patience = hosts[host] { return patience }
            let patience = SharedRetryBudget()
            hosts[host] = patience
            return patience
        }
    }
}

/// The patience with one host, shared by all requests to it.
final class SharedRetryBudget: Sendable {
    private struct State {
        var patience = HostRetryBudget()
        /// The requests that wait for the end of a probe.
        var waiting: [AsyncStream<Never>.Continuation] = []
    }

    private let state = Mutex(State())

    /// Decides whether a request may be sent that has not failed yet, and waits for a probe that is under way.
    ///
    /// - Returns: whether the request is a probe itself.
    /// - Throws: the failure for which the host was given up; `CancellationError`.
    func begin(_ kind: HostRetryBudget.RequestKind, mayProbe: Bool, _ patience: RetryPolicy) async throws -> Bool {
        while true {
            try Task.checkCancellation()
            let (end, continuation) = AsyncStream.makeStream(of: Never.self)
            let admission = state.withLock { state in
                let admission = state.patience.begin(kind, mayProbe: mayProbe, patience, at: .now)
                if admission == .wait { state.waiting.append(continuation) }
                return admission
            }
            switch admission {
            case .go: return false
            case .probe: return true
            case .refused(let cause): throw cause
            case .wait:
                let timer = Task {
                    try await Task.sleep(for: patience.refusal)
                    continuation.finish()
                }
                for await _ in end {}
                timer.cancel()
            }
        }
    }

    /// What a request wants to know about the others of its kind.
    func standing(_ kind: HostRetryBudget.RequestKind, isProbe: Bool) -> HostRetryBudget.Standing {
        state.withLock { $0.patience.standing(kind, isProbe: isProbe) }
    }

    /// Records what a request came to, and lets those continue that wait for a probe, if it has ended.
    func note<Result>(_ change: (inout HostRetryBudget) -> Result) -> Result {
        let (result, waiting) = state.withLock { state in
            let result = change(&state.patience)
            defer { state.waiting = [] }
            return (result, state.waiting)
        }
        // Those that find the probe still under way wait again.
        for continuation in waiting { continuation.finish() }
        return result
    }
}

/// The tries of one request, or of the requests that one thing takes, at a host whose patience it shares with others.
///
/// One try has no other requests of the same host in it that have tries of their own, but for pings and tokens.
final class RetryAttempts {
    private let host: String
    private let kind: HostRetryBudget.RequestKind
    private let settings: RegistrySettings
    private let isRetried: Bool
    /// `nil` for a host that nobody waits for.
    private let shared: SharedRetryBudget?
    private var course: RetryPolicy.RetryState
    /// Whether this is the one request that decides for the others.
    private var isProbe = false

    init(_ kind: HostRetryBudget.RequestKind, to host: String, isRetried: Bool, _ settings: RegistrySettings) {
        self.host = host
        self.kind = kind
        self.settings = settings
        self.isRetried = isRetried
        shared = settings.patience.duration > .zero ? settings.hosts.patience(with: host) : nil
        course = RetryPolicy.RetryState(settings.patience, isRetried: isRetried, at: .now)
    }

    /// A probe that ends otherwise, by cancellation for instance, leaves the decision to the next request.
    deinit {
        if isProbe { shared?.note { $0.release(kind) } }
    }

    /// Begins a try. Where the host was given up, this waits for a probe or is one.
    ///
    /// - Throws: the `HTTPError` for which the host was given up; `CancellationError`.
    nonisolated(nonsending) func begin() async throws {
        guard let shared, course.isFresh, !isProbe else { return }
        isProbe = try await shared.begin(kind, mayProbe: isRetried, settings.patience)
    }

    /// Records an answer other than a failure, or bytes.
    ///
    /// - Parameter isAnswered: whether that tells of a host that works. Bytes that were sent tell nothing.
    func progress(isAnswered: Bool = true) {
        progress(isAnswered: isAnswered, at: .now)
    }

    private func progress(isAnswered: Bool, at now: ContinuousClock.Instant) {
        course.progress(at: now)
        guard isAnswered else { return }
        isProbe = false
        shared?.note { $0.answer(kind, at: now) }
    }

    /// Records an answer.
    ///
    /// - Returns: the wait before the next try; `nil` if the answer is final.
    func wait(after response: HTTPResponse) -> Duration? {
        let status = response.head.status
        let now = ContinuousClock.now
        if RetryPolicy.isPassing(status) {
            fail(HTTPError(.hostFails, "\(host) keeps answering \(status)"), at: now)
        } else {
            progress(isAnswered: true, at: now)
        }
        return course.wait(after: response, standing, at: now, date: HTTPDate.now)
    }

    /// Records a transfer that failed.
    ///
    /// - Parameters:
    ///   - bytes: how many it has brought before.
    ///   - isCounted: whether the failure counts against the number of tries.
    /// - Returns: the wait before the next try; `nil` if there is none.
    func wait(after error: HTTPError, bytes: Int64 = 0, isCounted: Bool = true) -> Duration? {
        let now = ContinuousClock.now
        if bytes >= RetryPolicy.progress { progress(isAnswered: true, at: now) }
        if RetryPolicy.isPassing(error) { fail(error, at: now) }
        return course.wait(after: error, standing, isCounted: isCounted, at: now)
    }

    private func fail(_ cause: HTTPError, at now: ContinuousClock.Instant) {
        guard isRetried, let shared else { return }
        let hasEnded = shared.note { $0.fail(kind, cause, isProbe: isProbe, settings.patience, at: now) }
        if hasEnded { isProbe = false }
    }

    private var standing: HostRetryBudget.Standing {
        shared?.standing(kind, isProbe: isProbe) ?? HostRetryBudget.Standing()
    }
}

extension RegistrySettings {
    /// The tries of a request.
    ///
    /// - Parameters:
    ///   - host: who is asked.
    ///   - isRetried: whether there is more than one try. One that is not says nothing about the host if it fails.
    func tries(_ kind: HostRetryBudget.RequestKind, to host: String, isRetried: Bool = true) -> RetryAttempts {
        RetryAttempts(kind, to: host, isRetried: isRetried, self)
    }

    /// Makes a request until its answer is final.
    ///
    /// - Parameters:
    ///   - host: who is asked.
    ///   - finalStatuses: statuses that are not tried again, besides those that never are.
    ///   - isRetried: whether there is more than one try.
    ///   - send: makes the request once.
    /// - Returns: the last answer, of whatever status.
    /// - Throws: the `HTTPError` of the last try, or for which the host was given up.
    nonisolated(nonsending) func run(
        _ kind: HostRetryBudget.RequestKind,
        to host: String,
        finalStatuses: Set<Int> = [],
        isRetried: Bool = true,
        _ send: () async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        let tries = tries(kind, to: host, isRetried: isRetried)
        while true {
            try await tries.begin()
            do {
                let response = try await send()
                guard !finalStatuses.contains(response.head.status), let wait = tries.wait(after: response) else {
                    return response
                }
                try await pause(wait, before: host, .status(response.head.status))
            } catch let error as HTTPError {
                guard let wait = tries.wait(after: error) else { throw error }
                try await pause(wait, before: host, .failure(error.message))
            }
        }
    }

    /// Waits before the next try, and tells whoever watches.
    nonisolated(nonsending) func pause(
        _ wait: Duration,
        before host: String,
        _ cause: RegistryEvent.Cause
    ) async throws {
        RetryCounter.add()
        trace?(.retry(host: host, after: wait, cause))
        try await Task.sleep(for: wait)
    }
}
