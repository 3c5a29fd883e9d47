import HTTP

/// The retry policy for failed requests and transfers.
package struct RetryPolicy: Sendable {
    /// The longest time during which a host may fail without a response; see ``HostRetryBudget`` and ``RetryState``.
    package var duration: Duration
    /// The same for a host that has never responded in this run and refuses connections or has no address: its name may
    /// be wrong.
    package var unknownHostDuration: Duration
    /// The wait before the second attempt; it doubles with each further attempt.
    package var firstWait: Duration
    /// The longest wait between two attempts, unless the host asks for a longer one.
    package var longestWait: Duration

    /// Creates a policy; the defaults are for real registries.
    package init(
        duration: Duration = .seconds(300),
        unknownHostDuration: Duration = .seconds(30),
        firstWait: Duration = .milliseconds(500),
        longestWait: Duration = .seconds(30)
    ) {
        self.duration = duration
        self.unknownHostDuration = min(unknownHostDuration, duration)
        self.firstWait = firstWait
        self.longestWait = longestWait
    }

    /// The number of bytes that count as progress.
    static let progress: Int64 = 64 << 10

    /// The maximum number of attempts of a request that fails while its host answers others of its kind. If a host
    /// fails every third request, a series of 32 failures has a probability of 10^-15.
    static let mostTries = 32

    /// The longest wait of a request that fails while its host answers others: all attempts take a fifth of
    /// ``duration``.
    var shortWait: Duration { duration / 150 }

    /// The time for which a failed probe applies to all requests.
    var refusal: Duration { min(longestWait, duration) }

    /// Whether a response with this status is retried.
    static func isPassing(_ status: Int) -> Bool {
        status != 501 && (status >= 500 || [408, 425, 429, 499].contains(status))
    }

    /// Whether a transfer with this error is retried.
    static func isPassing(_ error: HTTPError) -> Bool {
        switch error.code {
        case .interrupted, .timedOut, .unreachable, .malformedResponse: true
        default: isOfUnknownHost(error)
        }
    }

    /// Whether the error is typical of a host that does not exist.
    static func isOfUnknownHost(_ error: HTTPError) -> Bool {
        [.refused, .unresolvedHost, .proxyUnavailable].contains(error.code)
    }

    /// Returns the wait after a number of consecutive failures, with random jitter, so that transfers that broke
    /// together do not retry together.
    func wait(after failures: Int) -> Duration {
        var wait = firstWait
        for _ in 1..<max(1, failures) where wait < longestWait { wait *= 2 }
        return min(wait, longestWait) * Double.random(in: 0.75...1.25)
    }
}

extension RetryPolicy {
    /// The retry state of one request, without clock and network.
    ///
    /// The attempts end when ``HostRetryBudget`` gives the host up; when the request's last progress (bytes, or a
    /// response other than a failure) is older than ``RetryPolicy/duration``; or after ``RetryPolicy/mostTries``
    /// attempts, if the host has answered others of the same kind meanwhile, so that the failure concerns only this
    /// request.
    struct RetryState: Sendable {
        private let policy: RetryPolicy
        private let mostTries: Int
        private var lastSign: ContinuousClock.Instant
        private var firstFailure: ContinuousClock.Instant?
        private var failures = 0
        /// The consecutive failures that count against ``mostTries``.
        private var countedFailures = 0

        /// Starts with the first attempt.
        ///
        /// - Parameter isRetried: Whether failures are retried.
        init(_ policy: RetryPolicy, isRetried: Bool = true, at now: ContinuousClock.Instant) {
            self.policy = policy
            mostTries = isRetried ? RetryPolicy.mostTries : 0
            lastSign = now
        }

        /// Whether the request has not failed since its start or its last progress.
        var isFresh: Bool { failures == 0 }

        /// Records progress.
        mutating func progress(at now: ContinuousClock.Instant) {
            lastSign = now
            firstFailure = nil
            failures = 0
            countedFailures = 0
        }

        /// Returns the wait before the next attempt; `nil` if there is none.
        ///
        /// - Parameters:
        ///   - standing: The state of the host's other requests.
        ///   - date: The current time in seconds since 1970.
        mutating func wait(
            after response: HTTPResponse,
            _ standing: HostRetryBudget.Standing = .init(),
            at now: ContinuousClock.Instant,
            date: Int64
        ) -> Duration? {
            lastSign = min(lastSign + response.head.queueTime, now)
            guard RetryPolicy.isPassing(response.head.status) else { return nil }
            let asked = response.head.retryAfter(now: date)
            let isLoad = response.head.status == 429 || response.head.status == 503 && asked != nil
            // Docker Hub counts pulls over hours, longer than a run can wait.
            if isLoad, asked == nil, String(decoding: response.body, as: UTF8.self).contains("pull rate limit") {
                return nil
            }
            return wait(standing, asked: asked, isCounted: !isLoad, at: now)
        }

        /// Returns the wait before the next attempt; `nil` if there is none.
        ///
        /// - Parameter isCounted: Whether the failure counts against the maximum number of attempts.
        mutating func wait(
            after error: HTTPError,
            _ standing: HostRetryBudget.Standing = .init(),
            isCounted: Bool = true,
            at now: ContinuousClock.Instant
        ) -> Duration? {
            lastSign = min(lastSign + error.queueTime, now)
            guard RetryPolicy.isPassing(error) else { return nil }
            return wait(standing, asked: nil, isCounted: isCounted, at: now)
        }

        /// The last attempt is made at the end of the time limit.
        private mutating func wait(
            _ standing: HostRetryBudget.Standing,
            asked: Duration?,
            isCounted: Bool,
            at now: ContinuousClock.Instant
        ) -> Duration? {
            let end = min(lastSign + policy.duration, standing.end ?? lastSign + policy.duration)
            guard mostTries > 0, now < end else { return nil }
            let first = firstFailure ?? now
            firstFailure = first
            failures += 1
            if isCounted { countedFailures += 1 }
            var wait = policy.wait(after: failures)
            if isCounted, let answer = standing.lastAnswer, answer > first {
                guard countedFailures < mostTries else { return nil }
                wait = min(wait, policy.shortWait)
            }
            guard let asked else { return min(wait, now.duration(to: end)) }
            return now + asked <= end ? max(asked, .milliseconds(50)) : nil
        }
    }
}
