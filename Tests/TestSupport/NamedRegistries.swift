/// One fake registry on 127.0.0.1 that is reached under the names of other registries, with TLS, through a proxy.
///
/// No request of a program with ``environment`` leaves this machine.
public final class NamedRegistries: Sendable {
    /// The registry that all names resolve to. A repository is the same under each name.
    public let registry: FakeRegistry

    private let tls: NginxServer
    private let proxy: LoopbackServer

    /// Starts all servers.
    ///
    /// - Parameters:
    ///   - hosts: The names without ports. Other names are reached too, but without a valid certificate.
    ///   - bytesPerSecond: The bandwidth of a connection in each direction.
    public init(_ hosts: [String], bytesPerSecond: Int? = nil) throws {
        var switches = FakeSwitches()
        // The fake itself knows neither its names nor its TLS.
        switches.location = .relative
        registry = try FakeRegistry(switches, bytesPerSecond: bytesPerSecond)
        let location = """
            location /v2/ {
                proxy_pass \(registry.url);
                proxy_set_header Host $http_host;
                proxy_http_version 1.1;
                proxy_buffering off;
                proxy_request_buffering off;
            }
            """
        let tls = try NginxServer(locations: location, names: hosts)
        self.tls = tls
        proxy = try LoopbackServer { request in
            request.method == "CONNECT"
                ? LoopbackResponse(tunnelTo: tls.securePort)
                : LoopbackResponse(status: 403, text: "only TLS is passed on\n")
        }
    }

    /// Stops the servers.
    public func stop() {
        proxy.stop()
        registry.stop()
    }

    /// The environment variables of the proxy and the certificate, as Go's `net/http` and `crypto/x509` read them.
    public var environment: [String: String] {
        ["HTTPS_PROXY": proxy.url, "HTTP_PROXY": proxy.url, "SSL_CERT_FILE": tls.certificate]
    }

    /// The `HOST:PORT` of each registry that was connected to, sorted.
    public var asked: [String] { Set(proxy.requests.map(\.target)).sorted() }
}
