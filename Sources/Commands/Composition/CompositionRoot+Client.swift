import CommandLine
import Engine
import HTTP
import OCI
import Registry
import SystemIO

extension CompositionRoot {
    /// The insecure registries of the daemon's configuration and of the flags.
    func insecureHosts(_ daemon: DaemonConfiguration) -> InsecureHosts {
        InsecureHosts(options.extensions.insecureRegistries).union(daemon.insecureHosts)
    }

    /// Creates missing projects and repositories before the first push; `nil` without `--create-projects`.
    func projects(_ client: RegistryClient) -> RepositoryProvisioner? {
        options.extensions.createsProjects
            ? RepositoryProvisioner(client: client, aws: AWSCredentials(environment: environment)) : nil
    }

    /// Returns a client with the logins, certificates, proxies and mirrors of docker and podman on this host.
    func client() async throws -> RegistryClient {
        try ProcessLimits.requireThreads(inAdditionToTasks: jobs * 2)
        let explicit = try await explicitLogin
        let (daemon, authorities, credentials) = try await onThread { [options, environment, console] in
            let authorities = CertificateAuthorities(environment: environment)
            return (
                DaemonConfiguration(environment: environment, notice: console.remark),
                try options.extensions.caFile.map { try authorities.adding(file: $0) } ?? authorities,
                CredentialStore(
                    environment: environment,
                    explicit: explicit,
                    helper: CredentialHelperProcess(environment: environment),
                    notice: { console.remark($0) }
                )
            )
        }
        let patience = options.extensions.patience
        // Leaves time for retries after a failed connection or a stalled transfer.
        let quarter = Int(max(.seconds(1), patience / 4).components.seconds)
        let trace = Trace(options, console: console)
        let http = HTTPClient(
            HTTPClient.Configuration(
                threads: jobs * 2,
                connectTimeoutSeconds: min(quarter, 30),
                stallSeconds: min(quarter, 60),
                longestPause: patience,
                bytesPerSecond: options.extensions.bytesPerSecond,
                trace: trace?.http,
                userAgent: "rancher-images/\(CommandLineTool.version)",
                proxies: ProxySettings(environment: environment, file: daemon.proxies),
                authorities: authorities,
                hostHandler: { [counters] host, health in counters.record(health, of: host) }
            )
        )
        return RegistryClient(
            http: http,
            settings: RegistrySettings(
                insecureRegistries: insecureHosts(daemon),
                logins: credentials,
                mirrors: daemon.mirrors,
                certificates: CertificateDirectories(environment: environment, authorities: authorities),
                retryPolicy: RetryPolicy(duration: patience),
                trace: trace?.registry
            )
        )
    }

    /// Returns the login of `--username` for the registry of the command line.
    private var explicitLogin: ExplicitCredential? {
        get async throws {
            guard let user = options.extensions.username else {
                guard !options.extensions.readsPassword else {
                    throw CommandError("--password-stdin has no user: give --username too")
                }
                return nil
            }
            var password = environment["RANCHER_IMAGES_PASSWORD"] ?? ""
            if options.extensions.readsPassword {
                let input = try await onThread { try File("/dev/stdin", for: .reading).readBytes(1 << 16) }
                password = ExplicitCredential.password(in: input)
            }
            guard !password.isEmpty else {
                throw CommandError(
                    "there is no password for the user \(user): give --password-stdin and the password on standard input, or"
                        + " RANCHER_IMAGES_PASSWORD"
                )
            }
            let registry = options.registry ?? options.sourceRegistry ?? ""
            let domain = try? Reference(registry.isEmpty ? "x" : registry + "/x").repository.domain
            return ExplicitCredential(
                registry: domain ?? registry,
                user: user,
                password: password,
                source: "--username"
            )
        }
    }
}
