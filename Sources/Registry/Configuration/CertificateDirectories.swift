import Glibc
import HTTP
import SystemIO

/// The certificates that docker and containers keep for single registries: in directories called `HOST[:PORT]` below `certs.d`.
///
/// Each `*.crt` is an authority's, believed besides those of the client. A `*.cert` is a client certificate, and its key is
/// the `*.key` of the same name (moby, `registry.ReadCertsDirectory`; containers-certs.d(5)).
package struct CertificateDirectories: Sendable {
    private let roots: [String]
    private let authorities: CertificateAuthorities

    /// The directories of this host.
    ///
    /// - Parameters:
    ///   - environment: has `HOME` and `XDG_CONFIG_HOME`.
    ///   - authorities: those that are believed for all registries.
    package init(environment: Environment, authorities: CertificateAuthorities) {
        let containers = environment.home.map { $0 + "/.config/containers" }
        let own = [containers, environment.configurationDirectory.map { $0 + "/docker" }].compactMap(\.self)
        self.init(roots: (own + ["/etc/containers", "/etc/docker"]).map { $0 + "/certs.d" }, authorities: authorities)
    }

    /// Directories that are to be looked at in this order.
    package init(roots: [String], authorities: CertificateAuthorities) {
        self.roots = roots
        self.authorities = authorities
    }

    /// Where docker looks for the certificate of a registry's authority.
    static func place(for domain: String) -> String { "/etc/docker/certs.d/\(domain)/ca.crt" }

    /// What is asked of a registry's certificate, and shown to it: all authorities of all its directories, with one client certificate
    /// after the other. A directory that we may not read is passed over, as containers does.
    ///
    /// Go shows the one whose authority the server names. libcurl shows what it is given, so they are to be tried in this order.
    ///
    /// - Parameter domain: the registry in a reference, `HOST[:PORT]`.
    /// - Returns: at least one.
    /// - Throws: ``RegistryError`` where a file cannot be used.
    func securities(for domain: String) throws(RegistryError) -> [TransportSecurity] {
        var security = TransportSecurity.verified
        var certificates: [ClientCertificate] = []
        for root in roots where !domain.contains("/") && domain != ".." {
            let directory = "\(root)/\(domain)"
            guard let names = try? Directory.names(in: directory) else { continue }
            for name in names where name.hasSuffix(".crt") {
                do {
                    // As docker does: what is no certificate is passed over.
                    security.authorities = try (security.authorities ?? authorities)
                        .adding(file: "\(directory)/\(name)", mayBeEmpty: true)
                } catch {
                    throw RegistryError(.unreachable, "\(domain) was not asked: \(error)")
                }
            }
            certificates += try Self.clientCertificates(in: directory, names, for: domain)
        }
        guard !certificates.isEmpty else { return [security] }
        return certificates.map { certificate in
            var security = security
            security.clientCertificate = certificate
            return security
        }
    }

    /// The pairs of a directory, or docker's words where the half of one is missing.
    private static func clientCertificates(
        in directory: String,
        _ names: [String],
        for domain: String
    ) throws(RegistryError) -> [ClientCertificate] {
        func stems(_ suffix: String) -> [String] {
            names.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }
        }
        let (certificates, keys) = (stems(".cert"), stems(".key"))
        if let lone = certificates.first(where: { !keys.contains($0) }) {
            throw RegistryError(
                .unreachable,
                "\(domain) was not asked: in \(directory), missing key \(lone).key for client certificate \(lone).cert; CA"
                    + " certificates must use the extension .crt"
            )
        }
        if let lone = keys.first(where: { !certificates.contains($0) }) {
            throw RegistryError(
                .unreachable,
                "\(domain) was not asked: in \(directory), missing client certificate \(lone).cert for key \(lone).key"
            )
        }
        return certificates.map {
            ClientCertificate(certificate: "\(directory)/\($0).cert", key: "\(directory)/\($0).key")
        }
    }
}
