/// How the two ends of an `https` connection prove who they are. It has no effect on `http`.
package struct TransportSecurity: Sendable, Hashable {
    /// Whether the certificate must be signed by a known authority and name the host.
    package var verifiesCertificate: Bool

    /// Whose signatures are believed; `nil` for the client's own setting.
    package var authorities: CertificateAuthorities?

    /// What is shown to a server that asks who we are.
    package var clientCertificate: ClientCertificate?

    /// The certificate is checked: its chain, its dates and the host's name.
    package static let verified = TransportSecurity(verifiesCertificate: true)

    /// Any certificate will do, as for a registry that is configured as insecure.
    package static let unverified = TransportSecurity(verifiesCertificate: false)
}

/// A certificate of ours, with its key.
package struct ClientCertificate: Sendable, Hashable {
    /// The path of a PEM file with the certificate, and those that lead to its authority.
    package let certificate: String
    /// The path of a PEM file with its private key.
    package let key: String

    /// A certificate and its key.
    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}
