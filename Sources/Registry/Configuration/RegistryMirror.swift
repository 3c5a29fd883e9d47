import HTTP
import SystemIO

/// A registry that has what Docker Hub has, or a part of it: an entry of docker's `registry-mirrors`.
package struct RegistryMirror: Sendable, Hashable {
    /// `https` or `http`.
    let scheme: String
    /// `HOST[:PORT]`, by which its login and its certificates are found.
    let domain: String
    /// What stands in front of `/v2/`: empty, or a path that begins with a slash.
    let path: String

    /// Reads a mirror's URL as the daemon does: `http` or `https`, without a user, a query or a fragment (moby,
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

    /// The URL, in one spelling.
    var url: String { "\(scheme)://\(domain)\(path)" }

    /// How the mirror is reached: as its URL says, and no other way.
    ///
    /// - Parameters:
    ///   - isInsecure: whether any certificate will do.
    ///   - security: what is asked of its certificate where that is not so.
    func endpoint(isInsecure: Bool, security: TransportSecurity) -> RegistryEndpoint {
        var security = security
        if isInsecure { security.verifiesCertificate = false }
        return RegistryEndpoint(scheme: scheme, authority: domain + path, security: security)
    }
}
