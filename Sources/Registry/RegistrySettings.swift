/// How registries are reached and logged in to.
package struct RegistrySettings: Sendable {
    /// Registries that need no good certificate and no TLS, as `host` or `host:port`.
    package var insecureRegistries: Set<String>
    /// The logins of docker.
    package var logins: DockerConfiguration
    /// How long requests are made again.
    package var patience: Patience

    /// Settings; without any, only secure registries are reached, and without a login.
    package init(
        insecureRegistries: Set<String> = [],
        logins: DockerConfiguration = DockerConfiguration(),
        patience: Patience = Patience()
    ) {
        self.insecureRegistries = insecureRegistries
        self.logins = logins
        self.patience = patience
    }
}
