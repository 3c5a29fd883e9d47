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

    /// Starts the threads.
    package init(_ configuration: Configuration = Configuration()) {
        pool = TransferPool(configuration)
    }

    /// Ends the threads. A transfer keeps its client alive, so they are all idle by now, and end at once.
    deinit {
        pool.end()
    }

    /// Sends the request and gives the response to the sink.
    ///
    /// Redirects are not followed, and a response of any status is a success. Cancelling the task ends the transfer at
    /// once.
    ///
    /// - Returns: the head that the sink was given.
    /// - Throws: `HTTPError`; `CancellationError`; or what the sink or the body's source threw, unchanged.
    package func perform(
        _ request: HTTPRequest,
        into sink: any HTTPResponseSink
    ) async throws -> HTTPResponseHead {
        let transfer = Transfer(request, try HTTPAddress(request.url), sink)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { pool.submit(Job(transfer, $0)) }
        } onCancel: {
            pool.cancel(transfer)
        }
    }

    /// Sends the request and keeps the response's body in memory.
    ///
    /// - Parameter limit: the most bytes the body may have.
    /// - Throws: as `perform`; `HTTPError` with `bodyTooLarge` where the body has more bytes than that.
    package func collect(_ request: HTTPRequest, limit: Int) async throws -> HTTPResponse {
        let host = try HTTPAddress(request.url).authority
        let sink = CollectingSink(
            limit: limit,
            excess: HTTPError(.bodyTooLarge, "\(host) answered with more than \(limit) bytes, which is too much here")
        )
        let head = try await perform(request, into: sink)
        return HTTPResponse(head: head, body: sink.body)
    }
}

extension HTTPClient {
    /// What holds for all requests of a client.
    package struct Configuration: Sendable {
        /// How many transfers run at the same time, each on a thread of its own: 1 or more.
        package var threads: Int

        /// How long a connection may take to be made, name resolution and TLS included.
        package var connectTimeoutSeconds: Int

        /// How long a transfer may stand still, that is, move less than a byte a second.
        package var stallSeconds: Int

        /// The value of `User-Agent`.
        package var userAgent: String

        /// Which hosts are reached by which proxy.
        package var proxies: ProxySettings

        /// The authorities whose certificates are trusted.
        package var authorities: CertificateAuthorities

        /// Nothing is taken from the environment unless `proxies` and `authorities` were made of it.
        package init(
            threads: Int = 4,
            connectTimeoutSeconds: Int = 30,
            stallSeconds: Int = 60,
            userAgent: String = "rancher-images",
            proxies: ProxySettings = .none,
            authorities: CertificateAuthorities = CertificateAuthorities(environment: [:])
        ) {
            self.threads = threads
            self.connectTimeoutSeconds = connectTimeoutSeconds
            self.stallSeconds = stallSeconds
            self.userAgent = userAgent
            self.proxies = proxies
            self.authorities = authorities
        }
    }
}
