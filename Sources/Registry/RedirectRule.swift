import HTTP

/// What may go along to where an answer redirects (RFC 9110, section 15.4).
enum RedirectRule {
    /// How many redirects are followed for one request.
    static let limit = 10

    /// Whether a login that was meant for the one URL may go to the other: to the same host and port, or from `http` to the
    /// same host's `https`.
    static func keepsLogin(from url: String, to next: String) -> Bool {
        let (origin, nextOrigin) = (Location.origin(of: url), Location.origin(of: next))
        if origin == nextOrigin { return true }
        return origin.hasPrefix("http://") && nextOrigin.hasPrefix("https://")
            && host(of: origin) == host(of: nextOrigin)
    }

    /// Whether TLS would be left.
    static func isDowngrade(from url: String, to next: String) -> Bool {
        Location.origin(of: url).hasPrefix("https://") && !Location.origin(of: next).hasPrefix("https://")
    }

    /// The host of an origin, without its port.
    private static func host(of origin: String) -> Substring {
        let authority = (origin.firstRange(of: "://")?.upperBound).map { origin[$0...] } ?? origin[...]
        return authority.hasPrefix("[") ? authority.prefix { $0 != "]" } : authority.prefix { $0 != ":" }
    }
}

extension HTTPClient {
    /// Makes a request and those that its answer redirects to, as many as are allowed.
    ///
    /// `Authorization` and a body stay with the host that they were meant for. A redirect that would need more ends here, with
    /// the answer that has it.
    ///
    /// - Parameter limit: the most bytes that an answer may have.
    /// - Returns: the last answer, and the URL that gave it.
    func collectFollowing(_ request: HTTPRequest, limit: Int) async throws -> (response: HTTPResponse, url: String) {
        var request = request
        var redirects = 0
        while true {
            let response = try await collect(request, limit: limit)
            guard [301, 302, 303, 307, 308].contains(response.head.status),
                let location = response.head.headers["Location"], redirects < RedirectRule.limit
            else { return (response, request.url) }
            let next = Location.resolve(location, relativeTo: request.url)
            let isDowngrade =
                request.security.verifiesCertificate && RedirectRule.isDowngrade(from: request.url, to: next)
            let keepsLogin = RedirectRule.keepsLogin(from: request.url, to: next)
            guard !isDowngrade, keepsLogin || request.method == .get else { return (response, request.url) }
            if !keepsLogin { request.headers["Authorization"] = nil }
            request.url = next
            redirects += 1
        }
    }
}
