/// What the last request to a host tells of it.
package enum HostHealth: Sendable, Hashable {
    /// It has answered.
    case answers
    /// It asks to be left alone for a while (429, 503).
    case busy
    /// It has answered that it has failed (5xx).
    case failing
    /// It cannot be reached, or has broken the transfer.
    case away
}

/// Takes what requests tell of hosts, `HOST` or `HOST:PORT`, from any thread.
package typealias HostHandler = @Sendable (_ host: String, HostHealth) -> Void

extension HostHealth {
    init(_ head: HTTPResponseHead) {
        self =
            switch HostConcurrencyLimit.Outcome(head) {
            case .busy: .busy
            case .failed: .failing
            default: .answers
            }
    }

    /// `nil` where the error says nothing of whether the host is there.
    init?(_ error: HTTPError) {
        switch error.code {
        case .unresolvedHost, .refused, .unreachable, .proxyUnavailable, .timedOut, .interrupted: self = .away
        default: return nil
        }
    }
}
