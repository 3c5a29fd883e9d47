/// TLS settings of an `https` request; ignored for `http`.
package struct TransportSecurity: Sendable, Hashable {
    /// Whether the server's certificate is verified: its chain, dates and host name.
    package var verifiesCertificate: Bool

    /// The trusted authorities; `nil` for the client's default.
    package var authorities: CertificateAuthorities?

    /// The client certificate for mutual TLS.
    package var clientCertificate: ClientCertificate?

    /// Verifies the server's certificate.
    package static let verified = TransportSecurity(verifiesCertificate: true)

    /// Accepts any certificate, for registries configured as insecure.
    package static let unverified = TransportSecurity(verifiesCertificate: false)
}

/// A client certificate with its key.
package struct ClientCertificate: Sendable, Hashable {
    /// The path of a PEM file with the certificate and its intermediate certificates.
    package let certificate: String
    /// The path of a PEM file with the private key.
    package let key: String

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}
