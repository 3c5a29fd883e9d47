import HTTP
import OCI
import SystemIO

/// How a registry is reached.
struct RegistryEndpoint: Sendable, Equatable {
    /// `https` or `http`.
    let scheme: String
    /// The host and port on the wire, and for a mirror the path in front of the API.
    let authority: String
    /// What is asked of the certificate.
    let security: TransportSecurity

    /// The URL of a path below `/v2/`.
    func url(_ path: String) -> String { "\(scheme)://\(authority)/v2/\(path)" }

    /// How the registry may be reached, the first way first.
    ///
    /// Only TLS with a good certificate, but for registries that are insecure: TLS with any certificate, then none. On
    /// loopback plain http goes first: there it is the rule, and what listens there may not know what to do with TLS.
    ///
    /// - Parameters:
    ///   - domain: the registry in a reference.
    ///   - isInsecure: whether the registry is called insecure.
    ///   - securities: what is asked of its certificate where it is not, with each client certificate that there is for it.
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

    /// Whether two differ in their client certificates at the most.
    func isSameWay(as other: RegistryEndpoint) -> Bool {
        scheme == other.scheme && authority == other.authority
    }
}
