import HTTP
import Synchronization

/// The retry budgets by host.
final class HostRetryBudgets: Sendable {
    private let hosts = Mutex<[String: SharedRetryBudget]>([:])

    func budget(of host: String) -> SharedRetryBudget {
        hosts.withLock { hosts in
            if let budget = hosts[host] { return budget }
            let budget = SharedRetryBudget()
            hosts[host] = budget
            return budget
        }
    }
}

/// The retry budget of one host, shared by all its requests.
final class SharedRetryBudget: Sendable {
    private struct State {
        var budget = HostRetryBudget()
        /// The requests that wait for the end of a probe.
        var waiting: [AsyncStream<Never>.Continuation] = []
    }

    private let state = Mutex(State())

    /// Decides about a request that has not failed yet, and waits for a running probe.
    ///
    /// - Returns: Whether the request is a probe.
    /// - Throws: The failure because of which the host was given up; `CancellationError`.
    func begin(_ kind: HostRetryBudget.RequestKind, mayProbe: Bool, _ policy: RetryPolicy) async throws -> Bool {
        while true {
            try Task.checkCancellation()
            let (end, continuation) = AsyncStream.makeStream(of: Never.self)
            let admission = state.withLock { state in
                let admission = state.budget.begin(kind, mayProbe: mayProbe, policy, at: .now)
                if admission == .wait { state.waiting.append(continuation) }
                return admission
            }
            switch admission {
            case .go: return false
            case .probe: return true
            case .refused(let cause): throw cause
            case .wait:
                let timer = Task {
                    try await Task.sleep(for: policy.refusal)
                    continuation.finish()
                }
                for await _ in end {}
                timer.cancel()
            }
        }
    }

    /// Returns the state of the other requests of the same kind.
    func standing(_ kind: HostRetryBudget.RequestKind, isProbe: Bool) -> HostRetryBudget.Standing {
        state.withLock { $0.budget.standing(kind, isProbe: isProbe) }
    }

    /// Records the result of a request. If a probe has ended, resumes the waiting requests.
    func update<Result>(_ change: (inout HostRetryBudget) -> Result) -> Result {
        let (result, waiting) = state.withLock { state in
            let result = change(&state.budget)
            defer { state.waiting = [] }
            return (result, state.waiting)
        }
        // If the probe is still running, they wait again.
        for continuation in waiting { continuation.finish() }
        return result
    }
}

/// The attempts of one request, or of the requests of one operation, at a host with a shared retry budget.
///
/// An attempt includes no other requests of the same host with attempts of their own, except pings and tokens.
final class RetryAttempts {
    private let host: String
    private let kind: HostRetryBudget.RequestKind
    private let settings: RegistrySettings
    private let isRetried: Bool
    /// `nil` for a host that is not retried.
    private let shared: SharedRetryBudget?
    private var course: RetryPolicy.RetryState
    /// Whether this request is the probe for the others.
    private var isProbe = false

    init(_ kind: HostRetryBudget.RequestKind, to host: String, isRetried: Bool, _ settings: RegistrySettings) {
        self.host = host
        self.kind = kind
        self.settings = settings
        self.isRetried = isRetried
        shared = settings.retryPolicy.duration > .zero ? settings.hosts.budget(of: host) : nil
        course = RetryPolicy.RetryState(settings.retryPolicy, isRetried: isRetried, at: .now)
    }

    /// If a probe ends without a result, for instance by cancellation, the next request decides.
    deinit {
        if isProbe { shared?.update { $0.release(kind) } }
    }

    /// Starts an attempt. If the host was given up, waits for a probe or becomes one.
    ///
    /// - Throws: The `HTTPError` because of which the host was given up; `CancellationError`.
    nonisolated(nonsending) func begin() async throws {
        guard let shared, course.isFresh, !isProbe else { return }
        isProbe = try await shared.begin(kind, mayProbe: isRetried, settings.retryPolicy)
    }

    /// Records a response other than a failure, or bytes.
    ///
    /// - Parameter isAnswered: Whether the host responded; sent bytes do not show that.
    func progress(isAnswered: Bool = true) {
        progress(isAnswered: isAnswered, at: .now)
    }

    private func progress(isAnswered: Bool, at now: ContinuousClock.Instant) {
        course.progress(at: now)
        guard isAnswered else { return }
        isProbe = false
        shared?.update { $0.answer(kind, at: now) }
    }

    /// Records a response.
    ///
    /// - Returns: The wait before the next attempt; `nil` if the response is final.
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

    /// Records a failed transfer.
    ///
    /// - Parameters:
    ///   - bytes: The number of bytes received before the failure.
    ///   - isCounted: Whether the failure counts against the maximum number of attempts.
    /// - Returns: The wait before the next attempt; `nil` if there is none.
    func wait(after error: HTTPError, bytes: Int64 = 0, isCounted: Bool = true) -> Duration? {
        let now = ContinuousClock.now
        if bytes >= RetryPolicy.progress { progress(isAnswered: true, at: now) }
        if RetryPolicy.isPassing(error) { fail(error, at: now) }
        return course.wait(after: error, standing, isCounted: isCounted, at: now)
    }

    private func fail(_ cause: HTTPError, at now: ContinuousClock.Instant) {
        guard isRetried, let shared else { return }
        let hasEnded = shared.update { $0.fail(kind, cause, isProbe: isProbe, settings.retryPolicy, at: now) }
        if hasEnded { isProbe = false }
    }

    private var standing: HostRetryBudget.Standing {
        shared?.standing(kind, isProbe: isProbe) ?? HostRetryBudget.Standing()
    }
}

extension RegistrySettings {
    /// Returns the attempts of a request.
    ///
    /// - Parameters:
    ///   - host: The host.
    ///   - isRetried: Whether failures are retried. A failure of a request that is not retried says nothing about the
    ///     host.
    func tries(_ kind: HostRetryBudget.RequestKind, to host: String, isRetried: Bool = true) -> RetryAttempts {
        RetryAttempts(kind, to: host, isRetried: isRetried, self)
    }

    /// Sends a request until its response is final.
    ///
    /// - Parameters:
    ///   - host: The host.
    ///   - finalStatuses: Additional statuses that are not retried.
    ///   - isRetried: Whether failures are retried.
    ///   - send: Sends the request once.
    /// - Returns: The last response, with any status.
    /// - Throws: The `HTTPError` of the last attempt, or the one because of which the host was given up.
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

    /// Waits before the next attempt and traces the retry.
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
