import HTTP

extension Patience {
    /// Makes a request until its answer is final.
    ///
    /// - Parameters:
    ///   - isReached: whether the way to the host is known. Where it is not, a failure to reach it is thrown at once, to whoever knows
    ///     other ways.
    ///   - send: makes the request once.
    /// - Returns: the last answer, of whatever status.
    /// - Throws: the `HTTPError` of the last try.
    nonisolated(nonsending) func run(
        isReached: Bool = true,
        _ send: () async throws -> HTTPResponse
    ) async throws -> HTTPResponse {
        var course = Course(self, at: .now)
        while true {
            let wait: Duration
            do {
                let response = try await send()
                guard let next = course.wait(after: response, at: .now, date: HTTPDate.now) else { return response }
                wait = next
            } catch let error as HTTPError {
                guard isReached, let next = course.wait(after: error, at: .now) else { throw error }
                wait = next
            }
            try await Task.sleep(for: wait)
        }
    }

    /// Goes on with work that throws ``RegistryError`` until that is final.
    nonisolated(nonsending) func persist<Result: Sendable>(
        _ work: () async throws -> Result
    ) async throws -> Result {
        var course = Course(self, at: .now)
        while true {
            do {
                return try await work()
            } catch let error as RegistryError {
                guard let cause = error.transfer, let wait = course.wait(after: cause, at: .now) else { throw error }
                try await Task.sleep(for: wait)
            }
        }
    }
}
