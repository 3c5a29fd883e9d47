/// The health of a host, as of one request.
package enum HostHealth: Sendable, Hashable {
    /// The host answered.
    case healthy
    /// The host answered 429 or 503, with the duration in `Retry-After`, if any.
    case busy(retryAfter: Duration?)
    /// The host answered with another server error (5xx).
    case failing
    /// The transfer broke.
    case interrupted
    /// The host could not be reached or timed out.
    case unreachable
}

/// Receives the health of hosts (`HOST` or `HOST:PORT`) on any thread.
package typealias HostHandler = @Sendable (_ host: String, HostHealth) -> Void

extension HostHealth {
    init(_ head: HTTPResponseHead) {
        self =
            switch head.status {
            case 429, 503: .busy(retryAfter: head.retryAfter(now: HTTPDate.now))
            case 500...: .failing
            default: .healthy
            }
    }

    /// - Returns: `nil` if the error does not depend on the host's health.
    init?(_ error: HTTPError) {
        switch error.code {
        case .interrupted: self = .interrupted
        case .unresolvedHost, .refused, .unreachable, .proxyUnavailable, .timedOut: self = .unreachable
        default: return nil
        }
    }
}
