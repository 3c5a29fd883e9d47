import Glibc
import HTTP
import SystemIO

/// The per-registry certificates of docker and podman, in directories named `HOST[:PORT]` in `certs.d`.
///
/// Each `*.crt` is a CA certificate, trusted in addition to the client's. Each `*.cert` is a client certificate with
/// its key in the `*.key` of the same name (moby, `registry.ReadCertsDirectory`; containers-certs.d(5)).
package struct CertificateDirectories: Sendable {
    private let roots: [String]
    private let authorities: CertificateAuthorities

    /// - Parameters:
    ///   - environment: Provides `HOME` and `XDG_CONFIG_HOME`.
    ///   - authorities: The authorities trusted for all registries.
    package init(environment: Environment, authorities: CertificateAuthorities) {
        let containers = environment.home.map { $0 + "/.config/containers" }
        let own = [containers, environment.configurationDirectory.map { $0 + "/docker" }].compactMap(\.self)
        self.init(roots: (own + ["/etc/containers", "/etc/docker"]).map { $0 + "/certs.d" }, authorities: authorities)
    }

    /// Creates directories that are searched in the order of `roots`.
    package init(roots: [String], authorities: CertificateAuthorities) {
        self.roots = roots
        self.authorities = authorities
    }

    /// The path at which docker looks for the CA certificate of a registry.
    static func place(for domain: String) -> String { "/etc/docker/certs.d/\(domain)/ca.crt" }

    /// Returns the TLS settings for a registry: all CA certificates of all its directories, with each client
    /// certificate in turn. Unreadable directories are skipped, as in podman.
    ///
    /// Go selects the client certificate by the authority that the server names. libcurl sends the one it is given, so
    /// the settings must be tried in order.
    ///
    /// - Parameter domain: The registry in a reference, `HOST[:PORT]`.
    /// - Returns: At least one element.
    /// - Throws: ``RegistryError`` if a file is unusable.
    func securities(for domain: String) throws(RegistryError) -> [TransportSecurity] {
        var security = TransportSecurity.verified
        var certificates: [ClientCertificate] = []
        for root in roots where !domain.contains("/") && domain != ".." {
            let directory = "\(root)/\(domain)"
            guard let names = try? Directory.names(in: directory) else { continue }
            for name in names where name.hasSuffix(".crt") {
                do {
                    // Files without a certificate are skipped, as in docker.
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

    /// Returns the certificate pairs of a directory, or docker's error if one file of a pair is missing.
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
