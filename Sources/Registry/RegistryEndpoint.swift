import Basics
import HTTP
import ImageModel

/// How a registry is reached.
struct RegistryEndpoint: Sendable, Equatable {
    /// `https` or `http`.
    let scheme: String
    /// The host and port on the wire.
    let authority: String
    /// Whether the certificate must be good.
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
    ///   - insecure: registries called insecure, as `host` or `host:port`, to be equal to the whole domain.
    static func candidates(for domain: String, insecure: Set<String>) -> [RegistryEndpoint] {
        let wire = domain == Reference.hub ? "registry-1.docker.io" : domain
        let secure = RegistryEndpoint(scheme: "https", authority: wire, security: .verified)
        let unverified = RegistryEndpoint(scheme: "https", authority: wire, security: .unverified)
        let plain = RegistryEndpoint(scheme: "http", authority: wire, security: .unverified)
        if domain == Reference.hub { return [secure] }
        if Authority(domain)?.isLoopback == true { return [plain, unverified] }
        return insecure.contains(domain) ? [unverified, plain] : [secure]
    }
}
