/// The supported request methods (RFC 9110, section 9, and RFC 5789).
package enum HTTPMethod: String, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
}

/// A request. Redirects and authentication are up to the caller.
package struct HTTPRequest: Sendable {
    package var method: HTTPMethod

    /// An absolute `http` or `https` URL. Its path and query are sent unchanged.
    package var url: String

    /// The header fields. The client adds `Host`, `Content-Length` and `User-Agent`, and never sends `Expect`.
    package var headers: HTTPHeaders

    /// The body; ignored for `head`.
    package var body: HTTPBody

    /// The TLS settings.
    package var security: TransportSecurity

    /// The AWS signature to add; `nil` for none.
    package var signature: RequestSignature?

    /// Secrets in the body, to redact in the server's texts. Secrets in header fields are found automatically.
    package var secrets: [String] = []

    /// Whether a server provided the URL, which then may contain a secret.
    package var isURLGiven = false

    /// The stall timeout; `nil` for the client's default.
    package var stallSeconds: Int?

    /// The time limit for the complete transfer; `nil` for none. Throttled time does not count. Such a transfer is
    /// throttled only by other transfers with a time limit.
    package var totalSeconds: Int?

    package init(
        _ method: HTTPMethod,
        _ url: String,
        headers: HTTPHeaders = HTTPHeaders(),
        body: HTTPBody = .none,
        security: TransportSecurity = .verified,
        signature: RequestSignature? = nil,
        stallSeconds: Int? = nil,
        totalSeconds: Int? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.security = security
        self.signature = signature
        self.stallSeconds = stallSeconds
        self.totalSeconds = totalSeconds
    }
}
