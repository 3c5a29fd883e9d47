/// An event between a client and a host, without secrets, for traces.
package enum HTTPEvent: Sendable {
    /// A request ended, successfully or not.
    case exchange(HTTPExchange)
    /// A host is busy; the client backs off for a duration.
    case pause(host: String, Duration)
    /// The host's concurrency limit changed; `nil` for no limit.
    case limit(host: String, Int?)
}

/// Receives events on any thread.
package typealias HTTPTrace = @Sendable (HTTPEvent) -> Void

/// A request and its result.
package struct HTTPExchange: Sendable {
    package let method: HTTPMethod
    /// The request's URL, redacted by ``RedactedURL``.
    package let url: String
    /// The proxy, without its credentials.
    package let proxy: String?
    /// The response's status; `nil` for no response.
    package let status: Int?
    /// The redirect's target, redacted by ``RedactedURL``.
    package let location: String?
    /// The failure, in one sentence; `nil` for none.
    package let failure: String?
    /// The bytes of the request's body passed to the connection.
    package let sent: Int64
    /// The received bytes of the response's body.
    package let received: Int64
    /// The time from admission to the end.
    package let duration: Duration

    /// - Parameters:
    ///   - transfer: The ended transfer.
    ///   - error: The error that ended the transfer early.
    init(_ transfer: Transfer, by proxy: Proxy?, duration: Duration, _ error: (any Error)?) {
        method = transfer.request.method
        func redacted(_ text: String) -> String { transfer.secrets?.redacting(text) ?? text }
        let shown = RedactedURL.text(transfer.request.url)
        url = transfer.request.isURLGiven ? redacted(shown) : shown
        self.proxy = proxy?.url
        status = transfer.head?.status
        let redirect = transfer.head.flatMap { (300..<400).contains($0.status) ? $0.headers["Location"] : nil }
        location = redirect.map { redacted(RedactedURL.text($0)) }
        switch error {
        case nil: failure = nil
        case let error as HTTPError: failure = error.message
        // The sink ended the transfer on purpose.
        case .some where transfer.head != nil: failure = nil
        case .some(let error): failure = "\(error)"
        }
        sent = transfer.sent
        received = transfer.received
        self.duration = duration
    }
}
