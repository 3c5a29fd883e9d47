import HTTP

/// For how long the requests to one host are retried, all together: the decisions only, without clock and network.
///
/// The clock of a host starts with the first failure after an answer. When it has run out, requests that have failed end, and of the
/// others one at a time is let through as a probe. A probe that is answered stops the clock; one that fails has all requests refused
/// for a while. So what a host that is down costs does not depend on how much is wanted of it.
///
/// Each kind of request has such a clock too, since a host may fail at one kind and serve the others.
struct HostRetryBudget: Sendable {
    /// A kind of request. A host's answers to one say nothing about the others.
    enum RequestKind: Sendable {
        /// `GET /v2/`.
        case ping
        /// A token.
        case token
        /// A manifest that is read, or asked for.
        case manifest
        /// A manifest that is pushed.
        case manifestPush
        /// Whether a repository has a blob.
        case blobCheck
        /// The content of a blob.
        case download
        /// All requests that an upload takes; an answer is the end of it.
        case upload
        /// Whether a repository has the blob of an upload that broke.
        case uploadCheck
        /// The beginning of an upload, or a mount.
        case mount
        /// A product's own API.
        case administration

        /// Whether other requests make such a one on their way. The host's own clock counts them once, as those.
        var isNested: Bool { [.ping, .token, .uploadCheck].contains(self) }
    }

    /// Whether a request may be sent.
    enum Admission: Equatable {
        /// It may.
        case go
        /// It may, and decides for all others.
        case probe
        /// A probe is under way.
        case wait
        /// The host was given up, for this failure.
        case refused(HTTPError)
    }

    /// What a request wants to know about the others of its kind.
    struct Standing: Sendable {
        /// When the patience with the host ends; `nil` if the last request was answered.
        var end: ContinuousClock.Instant?
        /// When a request was last answered.
        var lastAnswer: ContinuousClock.Instant?
    }

    private struct Clock {
        /// The failures since the last answer.
        struct Failure {
            let first: ContinuousClock.Instant
            /// When patience ends.
            let end: ContinuousClock.Instant
            /// The last one.
            let cause: HTTPError
        }

        var lastAnswer: ContinuousClock.Instant?
        var failure: Failure?
        /// When the probe began that is under way.
        var probe: ContinuousClock.Instant?
        var failedProbes = 0
        var refusesUntil: ContinuousClock.Instant?

        /// One failure of a host that fails now and then is no verdict.
        static let mostProbes = 3

        mutating func begin(
            mayProbe: Bool,
            _ patience: RetryPolicy,
            at now: ContinuousClock.Instant
        ) -> Admission {
            guard let failure, failure.end <= now else { return .go }
            guard mayProbe, refusesUntil.map({ $0 <= now }) ?? true else { return .refused(failure.cause) }
            // A large blob may take long: others are tried meanwhile.
            if let probe, now < probe + patience.refusal { return .wait }
            probe = now
            return .probe
        }
    }

    private var host = Clock()
    private var kinds: [RequestKind: Clock] = [:]
    private var hasAnswered = false

    /// Decides whether a request may be sent that has not failed yet.
    ///
    /// - Parameter mayProbe: `false` for a request of which a failure says nothing about the host.
    mutating func begin(
        _ kind: RequestKind,
        mayProbe: Bool = true,
        _ patience: RetryPolicy,
        at now: ContinuousClock.Instant
    ) -> Admission {
        var own = kinds[kind, default: Clock()]
        // A kind that has not failed itself may be served though others are not.
        guard own.failure != nil else { return .go }
        let admission = kind.isNested ? .go : host.begin(mayProbe: mayProbe, patience, at: now)
        guard admission == .go else { return admission }
        defer { kinds[kind] = own }
        return own.begin(mayProbe: mayProbe, patience, at: now)
    }

    /// Records an answer other than a failure, or bytes.
    mutating func answer(_ kind: RequestKind, at now: ContinuousClock.Instant) {
        hasAnswered = true
        change(kind) { $0 = Clock(lastAnswer: now) }
    }

    /// Records a failure.
    ///
    /// - Parameter isProbe: whether it is one of a probe.
    /// - Returns: whether that is the end of the probe.
    mutating func fail(
        _ kind: RequestKind,
        _ cause: HTTPError,
        isProbe: Bool = false,
        _ patience: RetryPolicy,
        at now: ContinuousClock.Instant
    ) -> Bool {
        if cause.code == .hostFails { hasAnswered = true }
        let isStranger = !hasAnswered && RetryPolicy.isOfStranger(cause)
        var hasEnded = isProbe
        change(kind) { clock in
            let first = clock.failure?.first ?? now
            let end = first + (isStranger ? patience.strangerDuration : patience.duration)
            clock.failure = Clock.Failure(first: first, end: end, cause: cause)
            guard isProbe, clock.probe != nil else { return }
            clock.failedProbes += 1
            guard clock.failedProbes >= Clock.mostProbes else {
                hasEnded = false
                return
            }
            clock.probe = nil
            clock.failedProbes = 0
            clock.refusesUntil = now + patience.refusal
        }
        return hasEnded
    }

    /// Records the end of a probe that says nothing about the host.
    mutating func release(_ kind: RequestKind) {
        change(kind) { $0.probe = nil }
    }

    /// What a request wants to know about the others of its kind.
    ///
    /// - Parameter isProbe: whether it is a probe, which begins when patience has ended.
    func standing(_ kind: RequestKind, isProbe: Bool = false) -> Standing {
        let own = kinds[kind]
        let ends = [own?.failure?.end, kind.isNested ? nil : host.failure?.end].compactMap(\.self)
        return Standing(end: isProbe ? nil : ends.min(), lastAnswer: own?.lastAnswer)
    }

    /// Changes the clocks that count a kind of request: the host's, then its own.
    private mutating func change(_ kind: RequestKind, _ change: (inout Clock) -> Void) {
        if !kind.isNested { change(&host) }
        change(&kinds[kind, default: Clock()])
    }
}
