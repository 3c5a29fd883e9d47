/// Something that happened between a client and a host, for whoever watches. It has no secret in it.
package enum HTTPEvent: Sendable {
    /// A request has come to its end, well or not.
    case exchange(HTTPExchange)
    /// A host is left alone for so long, since it has too much to do.
    case pause(host: String, Duration)
    /// So many requests at a time are sent to a host from now on; `nil` for any number.
    case limit(host: String, Int?)
}

/// Told of events as they come, from any thread.
package typealias HTTPTrace = @Sendable (HTTPEvent) -> Void

/// A request, and what came of it.
package struct HTTPExchange: Sendable {
    package let method: HTTPMethod
    /// Where the request went, as ``RedactedURL`` shows it.
    package let url: String
    /// The proxy on the way, without its login.
    package let proxy: String?
    /// The status of the answer; `nil` where there was none.
    package let status: Int?
    /// Where the answer redirects to, as ``RedactedURL`` shows it.
    package let location: String?
    /// Why it ended early, in one sentence; `nil` where it did not.
    package let failure: String?
    /// How much of the request's body was given to the connection, in bytes.
    package let sent: Int64
    /// How much of the answer's body came, in bytes.
    package let received: Int64
    /// From the request's turn to its end.
    package let duration: Duration

    /// - Parameters:
    ///   - transfer: has ended.
    ///   - error: what ended it early.
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
        // The sink has had enough of the answer.
        case .some where transfer.head != nil: failure = nil
        case .some(let error): failure = "\(error)"
        }
        sent = transfer.sent
        received = transfer.received
        self.duration = duration
    }
}
