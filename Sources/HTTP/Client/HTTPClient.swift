import CCurl
import SystemIO

/// An HTTP client with one transfer at a time on each of its threads.
///
/// Bytes go from the source or to the sink on the thread of the transfer, without a copy, and a slow sink slows the
/// sender down. Each thread keeps its connections. Requests queue for an idle thread in FIFO order, so callers limit
/// the number of concurrent requests.
///
/// The client uses HTTP/1.1 only: with one transfer per connection, HTTP/2 would add framing and no benefit.
package final class HTTPClient: Sendable {
    private let pool: TransferPool
    private let queues: HostAdmissionQueues
    private let limiter: RateLimiter?
    private let trace: HTTPTrace?
    private let proxies: ProxySettings
    private let hostHandler: HostHandler
    /// The secrets sent so far.
    package let secrets = SentSecrets()

    /// The time limit for a response that is kept in memory.
    private static let collectSeconds = 60

    /// Starts the threads.
    package init(_ configuration: Configuration = Configuration()) {
        pool = TransferPool(configuration)
        queues = HostAdmissionQueues(configuration)
        limiter = RateLimiter(configuration)
        trace = configuration.trace
        proxies = configuration.proxies
        hostHandler = configuration.hostHandler
        for login in configuration.proxies.logins { secrets.add(login: login) }
    }

    /// Ends the threads. A transfer keeps its client alive, so all threads are idle and end at once.
    deinit {
        pool.end()
    }

    /// Sends the request and streams the response to the sink.
    ///
    /// Redirects are not followed, and a response of any status is a success. Cancelling the task ends the transfer at
    /// once. If the host is overloaded, the request waits until its back-off ends.
    ///
    /// - Returns: The head of the response.
    /// - Throws: `HTTPError`, `CancellationError`, or the error of the sink or the body's source, unchanged.
    package func perform(
        _ request: HTTPRequest,
        into sink: @escaping HTTPResponseSink
    ) async throws -> HTTPResponseHead {
        let address = try address(of: request)
        secrets.add(request)
        let queue = queues.queue(for: address)
        let pass = try await queue.enter()
        let transfer = Transfer(request, address, sink, limiter, secrets: secrets)
        let start = ContinuousClock.now
        do {
            var head = try await move(transfer)
            record(transfer, since: start)
            let health = HostHealth(head)
            queue.leave(pass, health)
            hostHandler(address.authority, health)
            head.queueTime = pass.queueTime + transfer.throttledTime
            return head
        } catch var error as HTTPError {
            record(transfer, since: start, error)
            let health = HostHealth(error)
            queue.leave(pass, health)
            if let health { hostHandler(address.authority, health) }
            error.queueTime = pass.queueTime + transfer.throttledTime
            throw error
        } catch {
            record(transfer, since: start, error)
            queue.leave(pass, nil)
            if error is ResponseTruncated, let head = transfer.head { return head }
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

    /// Traces a transfer that has ended, unless it was cancelled.
    private func record(_ transfer: Transfer, since start: ContinuousClock.Instant, _ error: (any Error)? = nil) {
        guard let trace, !(error is CancellationError) else { return }
        // An unusable proxy setting is `error` already.
        let proxy = (try? proxies.proxy(for: transfer.address)) ?? nil
        trace(.exchange(HTTPExchange(transfer, by: proxy, duration: start.duration(to: .now), error)))
    }

    private func move(_ transfer: Transfer) async throws -> HTTPResponseHead {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { pool.submit(Job(transfer, $0)) }
        } onCancel: {
            pool.cancel(transfer)
        }
    }

    /// Sends the request and returns the response with its body in memory. The default time limit is one minute.
    ///
    /// - Parameter limit: The maximum size of the body.
    /// - Throws: The errors of `perform`; `HTTPError` with `bodyTooLarge` if the body exceeds `limit`.
    package func collect(_ request: HTTPRequest, limit: Int) async throws -> HTTPResponse {
        let host = try address(of: request).authority
        let body = MemorySink(
            limit: limit,
            excess: HTTPError(.bodyTooLarge, "\(host) answered with more than \(limit) bytes, which is too much here")
        )
        var request = request
        request.totalSeconds = request.totalSeconds ?? Self.collectSeconds
        let head = try await perform(request) { _ in body }
        return HTTPResponse(head: head, body: body.bytes)
    }
}

extension HTTPClient {
    /// The version of the libcurl in use, for instance `8.5.0`.
    package static var libraryVersion: String {
        String(cString: curl_version_info(CURLVERSION_FIRST).pointee.version)
    }
}
