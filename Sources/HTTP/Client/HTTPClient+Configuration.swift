extension HTTPClient {
    /// What holds for all requests of a client.
    package struct Configuration: Sendable {
        /// How many transfers run at the same time, each on a thread of its own: 1 or more.
        package var threads: Int

        /// How long a connection may take to be made, name resolution and TLS included.
        package var connectTimeoutSeconds: Int

        /// How long a transfer may stand still, that is, move less than a kibibyte a second.
        package var stallSeconds: Int

        /// How long a host is left alone that answers 429 or 503 and does not say for how long.
        package var busyPause: Duration

        /// The longest that a host is left alone.
        package var longestPause: Duration

        /// The most bytes of bodies that all transfers together move in a second, in both directions; `nil` for any number.
        package var bytesPerSecond: Int64?

        /// Told of every request and of what hosts ask for; `nil` where nobody watches.
        package var trace: HTTPTrace?

        /// The value of `User-Agent`.
        package var userAgent: String

        /// Which hosts are reached by which proxy.
        package var proxies: ProxySettings

        /// Whose signatures on certificates are believed.
        package var authorities: CertificateAuthorities

        /// Told after each request whether the host has done what it was asked, from any thread.
        package var hostHandler: HostHandler

        /// A configuration; nothing is taken from the environment unless `proxies` and `authorities` were made of it.
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
