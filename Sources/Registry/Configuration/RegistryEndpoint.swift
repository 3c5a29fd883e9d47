import HTTP
import OCI
import SystemIO

/// The scheme, host and TLS settings of a registry.
struct RegistryEndpoint: Sendable, Equatable {
    /// `https` or `http`.
    let scheme: String
    /// The host and port, and for a mirror the path before `/v2/`.
    let authority: String
    /// The TLS settings.
    let security: TransportSecurity

    /// Returns the URL of a path below `/v2/`.
    func url(_ path: String) -> String { "\(scheme)://\(authority)/v2/\(path)" }

    /// Returns the allowed endpoints of a registry, in the order in which they are tried.
    ///
    /// A secure registry uses TLS with a verified certificate only. An insecure one uses TLS with any certificate, then
    /// plain HTTP. On loopback, plain HTTP comes first: it is usual there, and the server may not support TLS.
    ///
    /// - Parameters:
    ///   - domain: The registry in a reference.
    ///   - isInsecure: Whether the registry is configured as insecure.
    ///   - securities: The TLS settings of a secure registry, one per client certificate.
    static func candidates(
        for domain: String,
        isInsecure: Bool,
        securities: [TransportSecurity] = [.verified]
    ) -> [RegistryEndpoint] {
        let wire = domain == Reference.hub ? "registry-1.docker.io" : domain
        func ways(_ scheme: String, _ securities: some Sequence<TransportSecurity>) -> [RegistryEndpoint] {
            securities.map { RegistryEndpoint(scheme: scheme, authority: wire, security: $0) }
        }
        let any = securities.map { security in
            var any = security
            any.verifiesCertificate = false
            return any
        }
        let (secure, unverified, plain) = (ways("https", securities), ways("https", any), ways("http", any.prefix(1)))
        if domain == Reference.hub { return secure }
        if Authority(domain)?.isLoopback == true { return plain + unverified }
        return isInsecure ? unverified + plain : secure
    }

    /// Whether two endpoints differ at most in the client certificate.
    func isSameWay(as other: RegistryEndpoint) -> Bool {
        scheme == other.scheme && authority == other.authority
    }
}
