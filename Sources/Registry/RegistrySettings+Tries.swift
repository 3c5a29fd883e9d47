import HTTP

extension RegistrySettings {
    /// Makes a request until its answer is final.
    ///
    /// - Parameters:
    ///   - host: who is asked, for whoever watches.
    ///   - patience: `nil` for that of these settings.
    ///   - isReached: whether the way to the host is known. Where it is not, a failure to reach it is thrown at once, to whoever knows
    ///     other ways.
    ///   - send: makes the request once.
    /// - Returns: the last answer, of whatever status.
    /// - Throws: the `HTTPError` of the last try.
    nonisolated(nonsending) func run(
        asking host: String,
        patience: Patience? = nil,
        isReached: Bool = true,
        _ send: () async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        var course = Patience.Course(patience ?? self.patience, at: .now)
        while true {
            do {
                let response = try await send()
                guard let wait = course.wait(after: response, at: .now, date: HTTPDate.now) else { return response }
                try await pause(wait, before: host, .status(response.head.status))
            } catch let error as HTTPError {
                guard isReached, let wait = course.wait(after: error, at: .now) else { throw error }
                try await pause(wait, before: host, .failure(error.message))
            }
        }
    }

    /// Goes on with work that throws ``RegistryError`` until that is final.
    ///
    /// - Parameter host: who is asked, for whoever watches.
    nonisolated(nonsending) func persist<Result: Sendable>(
        asking host: String,
        _ work: () async throws -> Result
    ) async throws -> Result {
        var course = Patience.Course(patience, at: .now)
        while true {
            do {
                return try await work()
            } catch let error as RegistryError {
                guard let cause = error.transfer, let wait = course.wait(after: cause, at: .now) else { throw error }
                try await pause(wait, before: host, .failure(cause.message))
            }
        }
    }

    /// Waits before the next try, and tells whoever watches.
    nonisolated(nonsending) func pause(
        _ wait: Duration,
        before host: String,
        _ cause: RegistryEvent.Cause
    ) async throws {
        RetryTally.add()
        trace?(.retry(host: host, after: wait, cause))
        try await Task.sleep(for: wait)
    }
}
