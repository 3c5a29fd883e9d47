/// Settings for access to registries.
package struct RegistrySettings: Sendable {
    /// Registries with any certificate or without TLS.
    package var insecureRegistries: InsecureHosts
    /// The credentials.
    package var logins: CredentialStore
    /// The mirrors of Docker Hub, in order.
    package var mirrors: [RegistryMirror]
    /// The certificates of single registries; `nil` for none.
    package var certificates: CertificateDirectories?
    /// The retry policy.
    package var retryPolicy: RetryPolicy
    /// Receives decisions; `nil` for no trace.
    package var trace: RegistryTrace?
    /// The retry budgets of the hosts, shared by all copies of these settings.
    let hosts = HostRetryBudgets()

    /// Creates settings. The defaults allow only secure registries, without credentials.
    package init(
        insecureRegistries: InsecureHosts = [],
        logins: CredentialStore = CredentialStore(),
        mirrors: [RegistryMirror] = [],
        certificates: CertificateDirectories? = nil,
        retryPolicy: RetryPolicy = RetryPolicy(),
        trace: RegistryTrace? = nil
    ) {
        self.insecureRegistries = insecureRegistries
        self.logins = logins
        self.mirrors = mirrors
        self.certificates = certificates
        self.retryPolicy = retryPolicy
        self.trace = trace
    }
}
