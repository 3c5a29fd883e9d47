import CCurl

/// Moves requests and responses, one transfer at a time on each of a few threads.
///
/// A transfer's bytes go from the source or to the sink on the thread that moves them: no hand-over, no copy, and a slow
/// sink slows the sender down. Each thread keeps its connections. Requests that find no thread idle wait in order, so
/// callers limit how many they start.
///
/// HTTP/1.1 is spoken, with TLS too: a connection carries one transfer at a time here, so HTTP/2 could add nothing but its
/// framing and windows.
package final class HTTPClient: Sendable {
    private let pool: TransferPool
    private let gates: HostAdmissionQueues
    private let limiter: RateLimiter?
    private let trace: HTTPTrace?
    private let proxies: ProxySettings
    private let hostHandler: HostHandler
    /// The secrets that were sent so far.
    package let secrets = SentSecrets()

    /// How long an answer may take that is kept in memory.
    private static let collectSeconds = 60

    /// Starts the threads.
    package init(_ configuration: Configuration = Configuration()) {
        pool = TransferPool(configuration)
        gates = HostAdmissionQueues(configuration)
        limiter = RateLimiter(configuration)
        trace = configuration.trace
        proxies = configuration.proxies
        hostHandler = configuration.hostHandler
        for login in configuration.proxies.logins { secrets.add(login: login) }
    }

    /// Ends the threads. A transfer keeps its client alive, so they are all idle by now, and end at once.
    deinit {
        pool.end()
    }

    /// Sends the request and gives the response to the sink.
    ///
    /// Redirects are not followed, and a response of any status is a success. Cancelling the task ends the transfer at
    /// once. Where the host has too much to do, the request waits until the host is to be asked again.
    ///
    /// - Returns: the head that the sink was given.
    /// - Throws: `HTTPError`; `CancellationError`; or what the sink or the body's source threw, unchanged.
    package func perform(
        _ request: HTTPRequest,
        into sink: any HTTPResponseSink
    ) async throws -> HTTPResponseHead {
        let address = try address(of: request)
        secrets.add(request)
        let gate = gates.gate(of: address)
        let pass = try await gate.enter()
        let transfer = Transfer(request, address, sink, limiter, secrets: secrets)
        let begin = ContinuousClock.now
        do {
            var head = try await move(transfer)
            tell(transfer, since: begin)
            gate.leave(pass, HostConcurrencyLimit.Outcome(head))
            hostHandler(address.authority, HostHealth(head))
            head.timeInLine = pass.timeInLine + transfer.timeHeldBack
            return head
        } catch var error as HTTPError {
            tell(transfer, since: begin, error)
            gate.leave(pass, error.code == .interrupted ? .broken : .unknown)
            if let state = HostHealth(error) { hostHandler(address.authority, state) }
            error.timeInLine = pass.timeInLine + transfer.timeHeldBack
            throw error
        } catch {
            tell(transfer, since: begin, error)
            gate.leave(pass, .unknown)
            throw error
        }
    }

    private func address(of request: HTTPRequest) throws(HTTPError) -> HTTPAddress {
        do {
            return try HTTPAddress(request.url)
        } catch {
            throw request.isURLGiven ? HTTPError(error.code, secrets.redacting(error.message)) : error
        }
    }

    /// Tells of a transfer that has ended, but not of one that was cancelled.
    private func tell(_ transfer: Transfer, since begin: ContinuousClock.Instant, _ error: (any Error)? = nil) {
        guard let trace, !(error is CancellationError) else { return }
        // What names no proxy is the error already.
        let proxy = (try? proxies.proxy(for: transfer.address)) ?? nil
        trace(.exchange(HTTPExchange(transfer, by: proxy, duration: begin.duration(to: .now), error)))
    }

    private func move(_ transfer: Transfer) async throws -> HTTPResponseHead {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { pool.submit(Job(transfer, $0)) }
        } onCancel: {
            pool.cancel(transfer)
        }
    }

    /// Sends the request and keeps the response's body in memory. It has a minute for that, unless the request says otherwise.
    ///
    /// - Parameter limit: the most bytes the body may have.
    /// - Throws: as `perform`; `HTTPError` with `bodyTooLarge` where the body has more bytes than that.
    package func collect(_ request: HTTPRequest, limit: Int) async throws -> HTTPResponse {
        let host = try address(of: request).authority
        let sink = CollectingSink(
            limit: limit,
            excess: HTTPError(.bodyTooLarge, "\(host) answered with more than \(limit) bytes, which is too much here")
        )
        var request = request
        request.totalSeconds = request.totalSeconds ?? Self.collectSeconds
        let head = try await perform(request, into: sink)
        return HTTPResponse(head: head, body: sink.body)
    }
}

extension HTTPClient {
    /// The version of libcurl that runs, for instance `8.5.0`.
    package static var libraryVersion: String {
        String(cString: curl_version_info(CURLVERSION_FIRST).pointee.version)
    }
}
