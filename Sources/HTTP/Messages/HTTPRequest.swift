/// The request methods this client speaks (RFC 9110, section 9, and RFC 5789).
package enum HTTPMethod: String, Sendable {
    /// Transfers a representation.
    case get = "GET"
    /// As `get`, without the body.
    case head = "HEAD"
    /// Has the resource process the body.
    case post = "POST"
    /// Replaces the resource.
    case put = "PUT"
    /// Changes a part of the resource.
    case patch = "PATCH"
    /// Removes the resource.
    case delete = "DELETE"
}

/// One request, as it will be sent. Redirects and authentication are the caller's.
package struct HTTPRequest: Sendable {
    /// The method.
    package var method: HTTPMethod

    /// An absolute `http` or `https` URL. Its path and query are sent as they are written.
    package var url: String

    /// The fields to send. `Host`, `Content-Length` and `User-Agent` are added; `Expect` never is.
    package var headers: HTTPHeaders

    /// The body. A `head` request has none.
    package var body: HTTPBody

    /// What is asked of the server's certificate.
    package var security: TransportSecurity

    /// What the request is signed with; `nil` for nothing.
    package var signature: RequestSignature?

    /// Secrets of the body, which no server's text is to be shown with. Those of header fields are known.
    package var secrets: [String] = []

    /// Whether a server gave the URL, which may then have a secret in it.
    package var isURLGiven = false

    /// How long the transfer may stand still before it fails with `timedOut`; `nil` for the client's own setting.
    package var stallSeconds: Int?

    /// How long the whole transfer may take before it fails with `timedOut`; `nil` for any time. What it is held back to keep to a
    /// rate does not count, and it is held back only behind others that have such a time.
    package var totalSeconds: Int?

    /// A request. Only method and URL have to be given.
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
