import Basics
import HTTP
import ImageModel

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
    ///   - security: what is asked of its certificate where it is not.
    static func candidates(
        for domain: String,
        isInsecure: Bool,
        security: TransportSecurity = .verified
    ) -> [RegistryEndpoint] {
        let wire = domain == Reference.hub ? "registry-1.docker.io" : domain
        let secure = RegistryEndpoint(scheme: "https", authority: wire, security: security)
        var any = security
        any.verifiesCertificate = false
        let unverified = RegistryEndpoint(scheme: "https", authority: wire, security: any)
        let plain = RegistryEndpoint(scheme: "http", authority: wire, security: any)
        if domain == Reference.hub { return [secure] }
        if Authority(domain)?.isLoopback == true { return [plain, unverified] }
        return isInsecure ? [unverified, plain] : [secure]
    }
}
