import HTTP
import SystemIO

/// A mirror of Docker Hub: an entry of docker's `registry-mirrors`.
package struct RegistryMirror: Sendable, Hashable {
    /// `https` or `http`.
    let scheme: String
    /// `HOST[:PORT]`, the key for credentials and certificates.
    let domain: String
    /// The path before `/v2/`: empty, or beginning with a slash.
    let path: String

    /// Parses a mirror's URL by the daemon's rules: `http` or `https`, without user, query or fragment (moby,
    /// `registry.ValidateMirror`).
    package init?(_ text: String) {
        guard let schemeEnd = text.firstRange(of: "://") else { return nil }
        scheme = text[..<schemeEnd.lowerBound].lowercased()
        let rest = text[schemeEnd.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        guard ["http", "https"].contains(scheme), !authority.isEmpty, !rest.contains(where: { "?#@ ".contains($0) })
        else { return nil }
        domain = authority.lowercased()
        path = String(rest[authority.endIndex...].trimmingSuffix { $0 == "/" })
    }

    /// The normalized URL.
    var url: String { "\(scheme)://\(domain)\(path)" }

    /// Returns the mirror's only endpoint.
    ///
    /// - Parameters:
    ///   - isInsecure: Whether any certificate is accepted.
    ///   - security: The TLS settings of a secure mirror.
    func endpoint(isInsecure: Bool, security: TransportSecurity) -> RegistryEndpoint {
        var security = security
        if isInsecure { security.verifiesCertificate = false }
        return RegistryEndpoint(scheme: scheme, authority: domain + path, security: security)
    }
}
