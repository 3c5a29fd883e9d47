/// How registries are reached and logged in to.
package struct RegistrySettings: Sendable {
    /// Registries that need no good certificate and no TLS.
    package var insecureRegistries: InsecureHosts
    /// The logins, and where they are from.
    package var logins: CredentialStore
    /// Where images of Docker Hub are looked for first, in this order.
    package var mirrors: [RegistryMirror]
    /// The certificates for single registries; `nil` for none.
    package var certificates: CertificateDirectories?
    /// How long requests are made again.
    package var patience: RetryPolicy
    /// Told of decisions; `nil` where nobody watches.
    package var trace: RegistryTrace?
    /// The patience with each host, which all copies of these settings share.
    let hosts = HostRetryBudgets()

    /// Settings; without any, only secure registries are reached, and without a login.
    package init(
        insecureRegistries: InsecureHosts = [],
        logins: CredentialStore = CredentialStore(),
        mirrors: [RegistryMirror] = [],
        certificates: CertificateDirectories? = nil,
        patience: RetryPolicy = RetryPolicy(),
        trace: RegistryTrace? = nil
    ) {
        self.insecureRegistries = insecureRegistries
        self.logins = logins
        self.mirrors = mirrors
        self.certificates = certificates
        self.patience = patience
        self.trace = trace
    }
}
