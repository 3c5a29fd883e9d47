import HTTP

extension HTTPClient {
    /// Sends a request and follows redirects.
    ///
    /// `Authorization` and the body are sent only to the original host. A redirect that would send the body elsewhere
    /// is returned.
    ///
    /// - Parameter limit: The maximum size of a response.
    /// - Returns: The last response and its URL.
    /// - Throws: `RegistryError` for too many redirects, or redirects from TLS to plain HTTP.
    func collectFollowing(_ request: HTTPRequest, limit: Int) async throws -> (response: HTTPResponse, url: String) {
        let home = request.url
        var request = request
        var trail = RedirectFollower(home)
        func marked(_ response: HTTPResponse) -> HTTPResponse {
            HTTPResponse(head: response.head.marked(from: request.url, for: home), body: response.body)
        }
        while true {
            let response = try await collect(request, limit: limit)
            guard try trail.follow(response.head, of: request.method) else {
                return (marked(response), request.url)
            }
            if !Location.keepsLogin(from: request.url, to: trail.url) {
                guard request.method == .get else { return (marked(response), request.url) }
                request.headers["Authorization"] = nil
            }
            request.url = trail.url
            request.isURLGiven = true
        }
    }
}
