import HTTP

/// For how long failing requests are retried.
package struct RetryPolicy: Sendable {
    /// How long a host may fail without an answer in between; see ``HostRetryBudget`` and ``RetryState``.
    package var duration: Duration
    /// The same for a host that has never answered in this run and refuses connections or has no address: its name may be wrong.
    package var strangerDuration: Duration
    /// The wait before the second try; it doubles with each try after that.
    package var firstWait: Duration
    /// The longest wait between two tries, unless the host asks for a longer one.
    package var longestWait: Duration

    /// Patience; the values given are for real registries.
    package init(
        duration: Duration = .seconds(300),
        strangerDuration: Duration = .seconds(30),
        firstWait: Duration = .milliseconds(500),
        longestWait: Duration = .seconds(30)
    ) {
        self.duration = duration
        self.strangerDuration = min(strangerDuration, duration)
        self.firstWait = firstWait
        self.longestWait = longestWait
    }

    /// A try that brought so many bytes is a sign of life.
    static let progress: Int64 = 64 << 10

    /// How often a request is tried that fails while its host answers others of its kind. A host that fails at every third request
    /// fails so often in a row once in 10^15 times.
    static let mostTries = 32

    /// The longest wait of a request that fails while its host answers others: all tries take a fifth of the patience.
    var shortWait: Duration { duration / 150 }

    /// For how long a failed probe of a host counts for all requests.
    var refusal: Duration { min(longestWait, duration) }

    /// Whether a request is retried after an answer of this status.
    static func isPassing(_ status: Int) -> Bool {
        status != 501 && (status >= 500 || [408, 425, 429, 499].contains(status))
    }

    /// Whether a request is retried after a transfer that ended this way.
    static func isPassing(_ error: HTTPError) -> Bool {
        switch error.code {
        case .interrupted, .timedOut, .unreachable, .malformedResponse: true
        default: isOfStranger(error)
        }
    }

    /// Whether a transfer ended as those to a host do that does not exist.
    static func isOfStranger(_ error: HTTPError) -> Bool {
        [.refused, .unresolvedHost, .proxyUnavailable].contains(error.code)
    }

    /// The wait after so many failures in a row, with a part left to chance, so that many transfers that broke together do not
    /// come back together.
    func wait(after failures: Int) -> Duration {
        var wait = firstWait
        for _ in 1..<max(1, failures) where wait < longestWait { wait *= 2 }
        return min(wait, longestWait) * Double.random(in: 0.75...1.25)
    }
}

extension RetryPolicy {
    /// The tries of one request: a value that is asked, without clock and network.
    ///
    /// They end when ``HostRetryBudget`` gives the host up; when the last sign of life of the request itself, bytes or an answer other
    /// than a failure, came before ``RetryPolicy/duration``; or after ``RetryPolicy/mostTries`` tries, if the host has answered others of
    /// the same kind meanwhile, so that the failure is one of this request alone.
    struct RetryState: Sendable {
        private let patience: RetryPolicy
        private let mostTries: Int
        private var lastSign: ContinuousClock.Instant
        private var firstFailure: ContinuousClock.Instant?
        private var failures = 0
        /// The failures in a row that count against ``mostTries``.
        private var countedFailures = 0

        /// Begins with the first try.
        ///
        /// - Parameter isRetried: whether there is more than one try.
        init(_ patience: RetryPolicy, isRetried: Bool = true, at now: ContinuousClock.Instant) {
            self.patience = patience
            mostTries = isRetried ? RetryPolicy.mostTries : 0
            lastSign = now
        }

        /// Whether the request has not failed since its beginning or its last sign of life.
        var isFresh: Bool { failures == 0 }

        /// Records a sign of life.
        mutating func progress(at now: ContinuousClock.Instant) {
            lastSign = now
            firstFailure = nil
            failures = 0
            countedFailures = 0
        }

        /// Returns the wait before the next try; `nil` if there is none.
        ///
        /// - Parameters:
        ///   - standing: what the host's other requests came to.
        ///   - date: the present time in seconds since 1970.
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
            // Docker Hub counts pulls over hours: no wait that a run could make helps.
            if isLoad, asked == nil, String(decoding: response.body, as: UTF8.self).contains("pull rate limit") {
                return nil
            }
            return wait(standing, asked: asked, isCounted: !isLoad, at: now)
        }

        /// Returns the wait before the next try; `nil` if there is none.
        ///
        /// - Parameter isCounted: whether the failure counts against the number of tries.
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

        /// The last try is made at the end of all patience.
        private mutating func wait(
            _ standing: HostRetryBudget.Standing,
            asked: Duration?,
            isCounted: Bool,
            at now: ContinuousClock.Instant
        ) -> Duration? {
            let end = min(lastSign + patience.duration, standing.end ?? lastSign + patience.duration)
            guard mostTries > 0, now < end else { return nil }
            let first = firstFailure ?? now
            firstFailure = first
            failures += 1
            if isCounted { countedFailures += 1 }
            var wait = patience.wait(after: failures)
            if isCounted, let answer = standing.lastAnswer, answer > first {
                guard countedFailures < mostTries else { return nil }
                wait = min(wait, patience.shortWait)
            }
            guard let asked else { return min(wait, now.duration(to: end)) }
            return now + asked <= end ? max(asked, .milliseconds(50)) : nil
        }
    }
}
