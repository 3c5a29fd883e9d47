import HTTP

/// The retry time limit of one host, shared by all its requests, without clock and network.
///
/// The clock of a host starts with the first failure after a response. When the time is up, failed requests end, and
/// one request at a time is sent as a probe. A probe with a response stops the clock; after a failed probe, all
/// requests are refused for a while. So the cost of an unavailable host does not depend on the number of requests.
///
/// Each kind of request also has its own clock, because a host may fail for one kind and serve the others.
struct HostRetryBudget: Sendable {
    /// A kind of request. Responses to one kind say nothing about the others.
    enum RequestKind: Sendable {
        /// `GET /v2/`.
        case ping
        /// A token request.
        case token
        /// The download or head of a manifest.
        case manifest
        /// The push of a manifest.
        case manifestPush
        /// The check for a blob.
        case blobCheck
        /// The download of a blob.
        case download
        /// All requests of an upload; the response that finishes it counts.
        case upload
        /// The check for a blob after its upload broke.
        case uploadCheck
        /// The start of an upload, or a mount.
        case mount
        /// A request to a product's own API.
        case administration

        /// Whether other requests include requests of this kind. The host's own clock counts only the inner request.
        var isNested: Bool { [.ping, .token, .uploadCheck].contains(self) }
    }

    /// The decision about a request.
    enum Admission: Equatable {
        /// Send the request.
        case go
        /// Send the request as a probe for all others.
        case probe
        /// Wait for a running probe.
        case wait
        /// The host was given up because of this failure.
        case refused(HTTPError)
    }

    /// The state of the other requests of the same kind.
    struct Standing: Sendable {
        /// The end of the time limit; `nil` if the last request succeeded.
        var end: ContinuousClock.Instant?
        /// The time of the last response.
        var lastAnswer: ContinuousClock.Instant?
    }

    private struct Clock {
        /// The failures since the last response.
        struct Failure {
            let first: ContinuousClock.Instant
            /// The end of the time limit.
            let end: ContinuousClock.Instant
            /// The last failure.
            let cause: HTTPError
        }

        var lastAnswer: ContinuousClock.Instant?
        var failure: Failure?
        /// The start of the running probe.
        var probe: ContinuousClock.Instant?
        var failedProbes = 0
        var refusesUntil: ContinuousClock.Instant?

        /// A single failure of an unreliable host does not decide.
        static let mostProbes = 3

        mutating func begin(
            mayProbe: Bool,
            _ policy: RetryPolicy,
            at now: ContinuousClock.Instant
        ) -> Admission {
            guard let failure, failure.end <= now else { return .go }
            guard mayProbe, refusesUntil.map({ $0 <= now }) ?? true else { return .refused(failure.cause) }
            // A large blob may take long; other requests are probed meanwhile.
            if let probe, now < probe + policy.refusal { return .wait }
            probe = now
            return .probe
        }
    }

    private var host = Clock()
    private var kinds: [RequestKind: Clock] = [:]
    private var hasAnswered = false

    /// Decides about a request that has not failed yet.
    ///
    /// - Parameter mayProbe: `false` for a request whose failure says nothing about the host.
    mutating func begin(
        _ kind: RequestKind,
        mayProbe: Bool = true,
        _ policy: RetryPolicy,
        at now: ContinuousClock.Instant
    ) -> Admission {
        var own = kinds[kind, default: Clock()]
        // A kind without failures may work although others fail.
        guard own.failure != nil else { return .go }
        let admission = kind.isNested ? .go : host.begin(mayProbe: mayProbe, policy, at: now)
        guard admission == .go else { return admission }
        defer { kinds[kind] = own }
        return own.begin(mayProbe: mayProbe, policy, at: now)
    }

    /// Records a response other than a failure, or received bytes.
    mutating func answer(_ kind: RequestKind, at now: ContinuousClock.Instant) {
        hasAnswered = true
        change(kind) { $0 = Clock(lastAnswer: now) }
    }

    /// Records a failure.
    ///
    /// - Parameter isProbe: Whether a probe failed.
    /// - Returns: Whether the probe has ended.
    mutating func fail(
        _ kind: RequestKind,
        _ cause: HTTPError,
        isProbe: Bool = false,
        _ policy: RetryPolicy,
        at now: ContinuousClock.Instant
    ) -> Bool {
        if cause.code == .hostFails { hasAnswered = true }
        let isUnknownHost = !hasAnswered && RetryPolicy.isOfUnknownHost(cause)
        var hasEnded = isProbe
        change(kind) { clock in
            let first = clock.failure?.first ?? now
            let end = first + (isUnknownHost ? policy.unknownHostDuration : policy.duration)
            clock.failure = Clock.Failure(first: first, end: end, cause: cause)
            guard isProbe, clock.probe != nil else { return }
            clock.failedProbes += 1
            guard clock.failedProbes >= Clock.mostProbes else {
                hasEnded = false
                return
            }
            clock.probe = nil
            clock.failedProbes = 0
            clock.refusesUntil = now + policy.refusal
        }
        return hasEnded
    }

    /// Records the end of a probe without a result.
    mutating func release(_ kind: RequestKind) {
        change(kind) { $0.probe = nil }
    }

    /// Returns the state of the other requests of the same kind.
    ///
    /// - Parameter isProbe: Whether the caller is a probe, which starts after the time limit.
    func standing(_ kind: RequestKind, isProbe: Bool = false) -> Standing {
        let own = kinds[kind]
        let ends = [own?.failure?.end, kind.isNested ? nil : host.failure?.end].compactMap(\.self)
        return Standing(end: isProbe ? nil : ends.min(), lastAnswer: own?.lastAnswer)
    }

    /// Updates the clocks that count a kind of request: the host's, then the kind's.
    private mutating func change(_ kind: RequestKind, _ change: (inout Clock) -> Void) {
        if !kind.isNested { change(&host) }
        change(&kinds[kind, default: Clock()])
    }
}
