import HTTP

extension RetryPolicy {
    /// Makes a request until its answer is final.
    ///
    /// - Parameters:
    ///   - isReached: whether the host has answered before in this run; one that never did is not asked again and again.
    ///   - send: makes the request once.
    /// - Returns: the last answer, of whatever status.
    /// - Throws: the `HTTPError` of the last try.
    nonisolated(nonsending) func run(
        isReached: Bool = true,
        _ send: () async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        var attempt = 1
        while true {
            let wait: Double
            do {
                let response = try await send()
                guard let delay = delay(after: response, attempt: attempt) else { return response }
                wait = delay
            } catch let error as HTTPError {
                let isWorthIt = isReached || error.code == .interrupted
                guard isWorthIt, let delay = delay(after: error, attempt: attempt) else { throw error }
                wait = delay
            }
            try await Task.sleep(for: .seconds(wait))
            attempt += 1
        }
    }
}
