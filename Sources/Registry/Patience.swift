import HTTP

/// How long a request or a transfer is made again that comes to nothing.
package struct Patience: Sendable {
    /// How long after the last sign of life; see ``Course``.
    package var duration: Duration
    /// The same for a host that has never answered in this run and refuses connections or has no address: its name may be wrong.
    package var strangerDuration: Duration
    /// The wait before the second try; it doubles with each try after that.
    package var firstWait: Duration
    /// The longest wait between two tries, where the host asks for none.
    package var longestWait: Duration
    /// Statuses that are not tried again, beside those that never are.
    var finalStatuses: Set<Int> = []

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

    /// A try that brought so many bytes has shown life.
    static let progress: Int64 = 64 << 10

    /// Whether a request is made again after an answer of this status.
    func isPassing(_ status: Int) -> Bool {
        guard !finalStatuses.contains(status), status != 501 else { return false }
        return status >= 500 || [408, 425, 429, 499].contains(status)
    }

    /// The wait after so many failures in a row, with a part left to chance, so that many transfers that broke together do not
    /// come back together.
    func wait(after failures: Int) -> Duration {
        var wait = firstWait
        for _ in 1..<max(1, failures) where wait < longestWait { wait *= 2 }
        return min(wait, longestWait) * Double.random(in: 0.75...1.25)
    }

    /// The tries of one request: a value that is asked, without clock and network.
    ///
    /// It goes on as long as a sign of life came within ``Patience/duration``: bytes, or an answer other than a failure. What is tried
    /// again is what may be otherwise later: statuses as in ``Patience/isPassing(_:)``, broken transfers, and hosts that cannot be
    /// reached.
    struct Course: Sendable {
        private let patience: Patience
        private var lastSign: ContinuousClock.Instant
        private var failures = 0

        /// Begins with the first try.
        init(_ patience: Patience, at now: ContinuousClock.Instant) {
            self.patience = patience
            lastSign = now
        }

        /// Takes note of a sign of life.
        mutating func progress(at now: ContinuousClock.Instant) {
            lastSign = now
            failures = 0
        }

        /// How long to wait before the next try; `nil` where there is none.
        ///
        /// - Parameter date: the present time in seconds since 1970.
        mutating func wait(after response: HTTPResponse, at now: ContinuousClock.Instant, date: Int64) -> Duration? {
            lastSign = min(lastSign + response.head.timeInLine, now)
            guard patience.isPassing(response.head.status) else { return nil }
            let asked = response.head.retryAfter(now: date)
            // Docker Hub counts pulls over hours: no wait that a run could make helps.
            let isCounted = String(decoding: response.body, as: UTF8.self).contains("pull rate limit")
            if response.head.status == 429, isCounted, asked == nil { return nil }
            return wait(until: lastSign + patience.duration, asked: asked, at: now)
        }

        /// How long to wait before the next try; `nil` where there is none.
        mutating func wait(after error: HTTPError, at now: ContinuousClock.Instant) -> Duration? {
            lastSign = min(lastSign + error.timeInLine, now)
            var end = lastSign + patience.duration
            switch error.code {
            case .interrupted, .timedOut, .unreachable, .malformedResponse:
                break
            case .refused, .unresolvedHost, .proxyUnavailable:
                if let vainFor = error.vainFor { end = min(end, now - vainFor + patience.strangerDuration) }
            default:
                return nil
            }
            return wait(until: end, asked: nil, at: now)
        }

        /// The last try is made at the end of all patience.
        private mutating func wait(
            until end: ContinuousClock.Instant,
            asked: Duration?,
            at now: ContinuousClock.Instant
        ) -> Duration? {
            guard now < end else { return nil }
            failures += 1
            guard let asked else { return min(patience.wait(after: failures), now.duration(to: end)) }
            return now + asked <= end ? max(asked, .milliseconds(50)) : nil
        }
    }
}
