import HTTP

/// When a request is made again, and after how long. No clock and no network: a value that is asked.
package struct RetryPolicy: Sendable {
    /// How often a request is made at the most.
    package var attempts: Int
    /// The wait before the second try, in seconds; it doubles with each try after that.
    package var firstDelay: Double
    /// The longest wait between two tries, in seconds.
    package var longestDelay: Double
    /// The longest `Retry-After` that is waited for, in seconds; a registry that asks for more has refused.
    package var longestRetryAfter: Double
    /// The statuses after which a request is made again: those of servers that are busy or stumbled.
    var statuses: Set<Int> = [408, 429, 500, 502, 503, 504]

    /// The default values are for real registries.
    package init(
        attempts: Int = 5,
        firstDelay: Double = 0.5,
        longestDelay: Double = 15,
        longestRetryAfter: Double = 120
    ) {
        self.attempts = attempts
        self.firstDelay = firstDelay
        self.longestDelay = longestDelay
        self.longestRetryAfter = longestRetryAfter
    }

    /// How long to wait before the next try, in seconds; `nil` where there is none.
    ///
    /// - Parameters:
    ///   - response: what the registry answered.
    ///   - attempt: which try it was, the first being 1.
    func delay(after response: HTTPResponse, attempt: Int) -> Double? {
        guard statuses.contains(response.head.status), attempt < attempts else { return nil }
        // Docker Hub counts pulls over hours: no wait that a run could make helps.
        if String(decoding: response.body, as: UTF8.self).contains("pull rate limit") { return nil }
        guard let asked = response.head.headers["Retry-After"].flatMap(Double.init), asked >= 0 else {
            return backOff(attempt)
        }
        return asked <= longestRetryAfter ? max(asked, 0.05) : nil
    }

    /// How long to wait before the next try, in seconds; `nil` where there is none.
    ///
    /// - Parameters:
    ///   - error: how the transfer ended.
    ///   - attempt: which try it was, the first being 1.
    func delay(after error: HTTPError, attempt: Int) -> Double? {
        guard attempt < attempts else { return nil }
        switch error.code {
        case .interrupted, .timedOut, .refused, .unreachable, .malformedResponse: return backOff(attempt)
        default: return nil
        }
    }

    /// With a part left to chance, so that many transfers that broke together do not come back together.
    private func backOff(_ attempt: Int) -> Double {
        var delay = firstDelay
        for _ in 1..<max(1, attempt) { delay = min(delay * 2, longestDelay) }
        return min(delay, longestDelay) * Double.random(in: 0.75...1.25)
    }
}

extension RetryPolicy {
    /// Makes a request until its answer is final.
    ///
    /// - Parameters:
    ///   - isReached: whether the host has answered before in this run; one that never did is not asked again and again.
    ///   - send: makes the request once.
    /// - Returns: the last answer, of whatever status.
    /// - Throws: the `HTTPError` of the last try.
    nonisolated(nonsending) func run(
        isReached: Bool = true,
        _ send: () async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        var attempt = 1
        while true {
            let wait: Double
            do {
                let response = try await send()
                guard let delay = delay(after: response, attempt: attempt) else { return response }
                wait = delay
            } catch let error as HTTPError {
                let isWorthIt = isReached || error.code == .interrupted
                guard isWorthIt, let delay = delay(after: error, attempt: attempt) else { throw error }
                wait = delay
            }
            try await Task.sleep(for: .seconds(wait))
            attempt += 1
        }
    }
}
