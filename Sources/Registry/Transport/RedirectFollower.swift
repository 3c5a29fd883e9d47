import HTTP

/// The redirects of one request (RFC 9110, section 15.4): at most ten, and none from TLS to a host without.
struct RedirectFollower {
    /// The URL of the next request.
    private(set) var url: String
    private var count = 0

    /// The maximum number of redirects.
    static let limit = 10

    init(_ url: String) {
        self.url = url
    }

    /// Whether the request was redirected.
    var isRedirected: Bool { count > 0 }

    /// Follows a redirect that the method allows: reads follow all redirects, writes only those that keep the method
    /// (307 and 308).
    ///
    /// - Returns: Whether to send the request again, to the new ``url``.
    mutating func follow(_ head: HTTPResponseHead, of method: HTTPMethod) throws(RegistryError) -> Bool {
        let isRead = method == .get || method == .head
        guard [307, 308].contains(head.status) || isRead && [301, 302, 303].contains(head.status),
            let next = try Location.next(after: head, from: url)
        else { return false }
        count += 1
        guard count <= Self.limit else {
            let here = RedactedURL.text(Location.origin(of: url))
            throw RegistryError(.refused, "\(here) redirects more than \(Self.limit) times")
        }
        url = next
        return true
    }
}

extension HTTPResponseHead {
    /// Returns the head with its ``redirectTarget``.
    ///
    /// - Parameters:
    ///   - url: The URL of the response.
    ///   - home: A URL of the requested host.
    func marked(from url: String, for home: String) -> HTTPResponseHead {
        var head = self
        head.redirectTarget = Location.keepsLogin(from: home, to: url) ? nil : Location.authority(of: url)
        return head
    }
}
