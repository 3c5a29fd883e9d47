/// How many requests a host is sent at a time, and when: the decisions only, without a clock and without threads.
///
/// A host that says it is busy is left alone for a while. The number of requests under way is halved when a host is busy or
/// breaks a transfer, and grows by one with each round of answers until there are as many as callers ask for.
struct HostConcurrencyLimit {
    /// What a request came to, as far as it says something of the host.
    enum Outcome: Equatable {
        /// An answer of a host that works.
        case answered
        /// An answer that tells of a failure of the server (5xx).
        case failed
        /// 429 or 503, and how long the host wants to be left alone, if it tells.
        case busy(Duration?)
        /// The transfer broke.
        case broken
        /// Nothing that would tell whether the host has too much to do.
        case unknown
    }

    /// How long a host is left alone that does not say for how long.
    let pause: Duration
    /// The longest that a host is left alone. One that asks for more is asked again as if it had told nothing.
    let longestPause: Duration

    private(set) var underWay = 0
    /// The most requests under way; `nil` for any number.
    private(set) var limit: Int?
    /// Until when nothing is sent.
    private(set) var pausedUntil: ContinuousClock.Instant?
    /// When the host last answered as one that works.
    private(set) var lastAnswer: ContinuousClock.Instant?
    /// How often the limit was lowered. Requests that were begun before that do not lower it again.
    private var round = 0
    private var answersInRound = 0
    private var ceiling = 0

    init(pause: Duration, longestPause: Duration) {
        self.pause = pause
        self.longestPause = longestPause
    }

    /// Begins a request, if it may begin now.
    ///
    /// - Returns: what ``end(_:begunIn:at:)`` wants to be given; `nil` where it has to wait.
    mutating func begin(at now: ContinuousClock.Instant) -> Int? {
        if let pausedUntil {
            guard pausedUntil <= now else { return nil }
            self.pausedUntil = nil
        }
        if let limit, underWay >= limit { return nil }
        underWay += 1
        return round
    }

    /// Takes note of the end of a request.
    mutating func end(_ outcome: Outcome, begunIn round: Int, at now: ContinuousClock.Instant) {
        switch outcome {
        case .answered:
            lastAnswer = now
            grow()
        case .busy(let asked):
            let wait = asked.flatMap { $0 <= longestPause ? $0 : nil } ?? pause
            pausedUntil = max(pausedUntil ?? now, now + wait)
            shrink(begunIn: round)
        case .broken:
            shrink(begunIn: round)
        case .failed, .unknown:
            break
        }
        underWay -= 1
    }

    private mutating func shrink(begunIn round: Int) {
        guard round == self.round else { return }
        self.round += 1
        answersInRound = 0
        if limit == nil { ceiling = underWay }
        limit = max(1, min(limit ?? underWay, underWay) / 2)
    }

    private mutating func grow() {
        guard let limit else { return }
        answersInRound += 1
        guard answersInRound >= limit else { return }
        answersInRound = 0
        self.limit = limit + 1 < ceiling ? limit + 1 : nil
    }
}

extension HostConcurrencyLimit.Outcome {
    init(_ head: HTTPResponseHead) {
        self =
            switch head.status {
            case 429, 503: .busy(head.retryAfter(now: HTTPDate.now))
            case 500...: .failed
            default: .answered
            }
    }
}
