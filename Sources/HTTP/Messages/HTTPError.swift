/// A failed transfer. A response of any status is not an error.
package struct HTTPError: Error, CustomStringConvertible, Hashable, Sendable {
    /// The kind of failure.
    package enum Code: String, Sendable {
        /// The URL is invalid or neither `http` nor `https`. Nothing was sent.
        case badURL
        /// A header field contains a line break or another control character. Nothing was sent.
        case badHeader
        /// The body's source ended before its announced length.
        case bodyTooShort
        /// No such host: the name has no address.
        case unresolvedHost
        /// Connection refused: no process listens on the port.
        case refused
        /// No connection for another reason: no route, network down.
        case unreachable
        /// The proxy refused to connect to the host.
        case proxy
        /// The proxy has no address, or reported a failure of itself or the host (5xx), which may be temporary.
        case proxyUnavailable
        /// Another TLS failure: host name, dates, protocol version, or a server without TLS.
        case tls
        /// Unknown authority: the server's certificate is signed by no trusted CA.
        case unknownAuthority
        /// The server requires a client certificate or rejected the one it received.
        case certificateRequired
        /// The connection timed out, or the transfer stalled.
        case timedOut
        /// The connection broke, or the body was truncated or corrupt.
        case interrupted
        /// The response is not HTTP.
        case malformedResponse
        /// The host answers only with failures (5xx) and is not used anymore.
        case hostFails
        /// The body exceeds the caller's limit.
        case bodyTooLarge
        /// An unexpected failure of libcurl, for instance out of memory.
        case failed
    }

    /// The kind of failure.
    package let code: Code

    /// One sentence without a period, with the host and the cause; no query, credentials or header fields.
    package let message: String

    /// Whether the proxy, rather than the host, could not be reached.
    package let isOfProxy: Bool

    /// The time for which the admission queue and the bandwidth limit delayed the request.
    package var queueTime = Duration.zero

    package init(_ code: Code, _ message: String) {
        self.init(code, message, isOfProxy: false)
    }

    init(_ code: Code, _ message: String, isOfProxy: Bool) {
        self.code = code
        self.message = message
        self.isOfProxy = isOfProxy
    }

    package var description: String { message }
}
