/// Why a transfer came to nothing. A response of any status is no error.
package struct HTTPError: Error, CustomStringConvertible, Hashable, Sendable {
    /// What kind of failure it was.
    package enum Code: String, Sendable {
        /// The URL is not one, or is neither `http` nor `https`. Nothing was sent.
        case badURL
        /// A header field has a line break or another control character in it. Nothing was sent.
        case badHeader
        /// The body's source ended before the length it had announced.
        case bodyTooShort
        /// The host's name has no address.
        case unresolvedHost
        /// The host answered that nobody listens on that port.
        case refused
        /// No connection could be made for another reason: no route, network down.
        case unreachable
        /// The proxy would not connect to the host.
        case proxy
        /// The proxy has no address, or tells of a failure of its own or of the host's (5xx): it may be otherwise later.
        case proxyUnavailable
        /// TLS failed otherwise: the host's name, the dates, the protocol version, or the server speaks no TLS.
        case tls
        /// The server's certificate is signed by nobody whose signature is believed.
        case unknownAuthority
        /// The server wants a client certificate, or another one than it was shown.
        case certificateRequired
        /// No connection within the time given, or no byte moved for the time given.
        case timedOut
        /// The connection broke, or the body ended too early or was garbled.
        case interrupted
        /// What the server sent is not HTTP.
        case malformedResponse
        /// The host answers with failures only (5xx), and is asked no more.
        case hostFails
        /// The body is larger than the caller's limit.
        case bodyTooLarge
        /// libcurl refused something that should have worked, for instance for lack of memory.
        case failed
    }

    /// What kind of failure it was.
    package let code: Code

    /// One sentence without its full stop, with the host and the cause; it has no query, credentials or header fields.
    package let message: String

    /// Whether it was the proxy on the way that could not be connected to.
    package let isOfProxy: Bool

    /// How long the request stood behind others that the host answered meanwhile, or was held back to keep to a rate.
    package var timeInLine = Duration.zero

    /// An error of these parts.
    package init(_ code: Code, _ message: String) {
        self.init(code, message, isOfProxy: false)
    }

    init(_ code: Code, _ message: String, isOfProxy: Bool) {
        self.code = code
        self.message = message
        self.isOfProxy = isOfProxy
    }

    /// The message.
    package var description: String { message }
}
