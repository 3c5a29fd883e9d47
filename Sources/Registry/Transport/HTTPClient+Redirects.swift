import HTTP

extension HTTPClient {
    /// Makes a request and those that its answer redirects to.
    ///
    /// `Authorization` and a body stay with the host that they were meant for. A redirect that would take a body elsewhere ends
    /// here, with the answer that has it.
    ///
    /// - Parameter limit: the most bytes that an answer may have.
    /// - Returns: the last answer, and the URL that gave it.
    /// - Throws: `RegistryError` where the redirects have no end, or lead away from TLS.
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
