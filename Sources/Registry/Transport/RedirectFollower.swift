import HTTP

/// The way of one request through redirects (RFC 9110, section 15.4): ten at the most, and none from TLS to a host without.
struct RedirectFollower {
    /// Where the request goes next.
    private(set) var url: String
    private var count = 0

    /// The most redirects that are followed.
    static let limit = 10

    init(_ url: String) {
        self.url = url
    }

    /// Whether it goes elsewhere than it began.
    var isRedirected: Bool { count > 0 }

    /// Goes where an answer leads, if it is a redirect that the method may follow: reads may follow all of them, writes only those
    /// that keep the method (307 and 308).
    ///
    /// - Returns: whether the request is to be made again, at the new ``url``.
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
    /// The head with its ``redirectTarget``.
    ///
    /// - Parameters:
    ///   - url: the URL that gave the answer.
    ///   - home: a URL of the host that was asked.
    func marked(from url: String, for home: String) -> HTTPResponseHead {
        var head = self
        head.redirectTarget = Location.keepsLogin(from: home, to: url) ? nil : Location.authority(of: url)
        return head
    }
}
