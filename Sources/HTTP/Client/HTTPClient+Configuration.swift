extension HTTPClient {
    /// Settings shared by all requests of a client.
    package struct Configuration: Sendable {
        /// The number of concurrent transfers, each on its own thread; at least 1.
        package var threads: Int

        /// The time limit for a connection, including name resolution and TLS.
        package var connectTimeoutSeconds: Int

        /// The stall timeout: the longest time during which a transfer may move less than 1 KiB/s.
        package var stallSeconds: Int

        /// The back-off for a host that answers 429 or 503 without `Retry-After`.
        package var busyPause: Duration

        /// The longest back-off for a host.
        package var longestPause: Duration

        /// The bandwidth limit for the bodies of all transfers in both directions; `nil` for none.
        package var bytesPerSecond: Int64?

        /// Receives every request and every back-off; `nil` for no trace.
        package var trace: HTTPTrace?

        /// The value of `User-Agent`.
        package var userAgent: String

        /// The proxies by host.
        package var proxies: ProxySettings

        /// The trusted certificate authorities.
        package var authorities: CertificateAuthorities

        /// Receives the health of the host after each request, on any thread.
        package var hostHandler: HostHandler

        /// Creates a configuration. The environment is read only by `proxies` and `authorities`.
        package init(
            threads: Int = 4,
            connectTimeoutSeconds: Int = 30,
            stallSeconds: Int = 60,
            busyPause: Duration = .milliseconds(500),
            longestPause: Duration = .seconds(300),
            bytesPerSecond: Int64? = nil,
            trace: HTTPTrace? = nil,
            userAgent: String = "rancher-images",
            proxies: ProxySettings = .none,
            authorities: CertificateAuthorities = CertificateAuthorities(environment: [:]),
            hostHandler: @escaping HostHandler = { _, _ in }
        ) {
            self.threads = threads
            self.connectTimeoutSeconds = connectTimeoutSeconds
            self.stallSeconds = stallSeconds
            self.busyPause = busyPause
            self.longestPause = longestPause
            self.bytesPerSecond = bytesPerSecond
            self.trace = trace
            self.userAgent = userAgent
            self.proxies = proxies
            self.authorities = authorities
            self.hostHandler = hostHandler
        }
    }
}
