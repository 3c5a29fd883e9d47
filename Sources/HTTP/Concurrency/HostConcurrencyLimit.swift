/// Adaptive concurrency limit and back-off of one host (additive increase, multiplicative decrease), without clock and
/// threads.
///
/// A busy host is not used until its back-off ends. The limit is halved when the host is busy or breaks a transfer, and
/// grows by one with each round of responses until it reaches the former concurrency.
struct HostConcurrencyLimit {
    /// The back-off for a host that does not ask for a duration.
    let pause: Duration
    /// The longest back-off. If a host asks for more, `pause` applies.
    let longestPause: Duration

    private(set) var running = 0
    /// The limit of concurrent requests; `nil` for none.
    private(set) var limit: Int?
    /// The end of the back-off.
    private(set) var pausedUntil: ContinuousClock.Instant?
    /// The time of the host's last successful response.
    private(set) var lastAnswer: ContinuousClock.Instant?
    /// The number of times the limit was lowered. Requests from earlier rounds do not lower it again.
    private var round = 0
    private var answersInRound = 0
    private var ceiling = 0

    init(pause: Duration, longestPause: Duration) {
        self.pause = pause
        self.longestPause = longestPause
    }

    /// Starts a request, if allowed now.
    ///
    /// - Returns: The round for ``end(_:begunIn:at:)``; `nil` if the request must wait.
    mutating func begin(at now: ContinuousClock.Instant) -> Int? {
        if let pausedUntil {
            guard pausedUntil <= now else { return nil }
            self.pausedUntil = nil
        }
        if let limit, running >= limit { return nil }
        running += 1
        return round
    }

    /// Records the end of a request.
    ///
    /// - Parameter health: `nil` if the request does not depend on the host's health.
    mutating func end(_ health: HostHealth?, begunIn round: Int, at now: ContinuousClock.Instant) {
        switch health {
        case .healthy:
            lastAnswer = now
            grow()
        case .busy(let retryAfter):
            let wait = retryAfter.flatMap { $0 <= longestPause ? $0 : nil } ?? pause
            pausedUntil = max(pausedUntil ?? now, now + wait)
            shrink(begunIn: round)
        case .interrupted:
            shrink(begunIn: round)
        case .failing, .unreachable, nil:
            break
        }
        running -= 1
    }

    private mutating func shrink(begunIn round: Int) {
        guard round == self.round else { return }
        self.round += 1
        answersInRound = 0
        if limit == nil { ceiling = running }
        limit = max(1, min(limit ?? running, running) / 2)
    }

    private mutating func grow() {
        guard let limit else { return }
        answersInRound += 1
        guard answersInRound >= limit else { return }
        answersInRound = 0
        self.limit = limit + 1 < ceiling ? limit + 1 : nil
    }
}
