/// How registries are reached and logged in to.
public struct RegistrySettings: Sendable {
    /// Registries that need no good certificate and no TLS, as `host` or `host:port`.
    public var insecureRegistries: Set<String>
    /// The logins of docker.
    public var logins: DockerConfiguration
    /// When a request is made again.
    public var retry: RetryPolicy

    /// Settings; without any, only secure registries are reached, and without a login.
    public init(
        insecureRegistries: Set<String> = [],
        logins: DockerConfiguration = DockerConfiguration(),
        retry: RetryPolicy = RetryPolicy()
    ) {
        self.insecureRegistries = insecureRegistries
        self.logins = logins
        self.retry = retry
    }
}
