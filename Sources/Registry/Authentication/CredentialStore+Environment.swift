import Glibc
import SystemIO

extension CredentialStore {
    /// Creates a store from this host's credentials, in the order of lookup: `DOCKER_AUTH_CONFIG`, docker's
    /// `config.json`, podman's files.
    ///
    /// An unreadable file is reported and skipped, as in docker.
    ///
    /// - Parameters:
    ///   - environment: The variables that name the files, and `HOME`.
    ///   - explicit: The credentials given for one registry.
    ///   - helper: Runs credential helpers.
    ///   - notice: Receives a sentence for credentials that are unavailable.
    package convenience init(
        environment: Environment,
        explicit: ExplicitCredential? = nil,
        helper: (any CredentialHelper)? = nil,
        notice: @escaping @Sendable (String) -> Void
    ) {
        var sources: [Source] = []
        var missing: [String] = []
        func add(_ name: String, _ read: () throws -> [UInt8]) {
            do {
                sources.append(Source(name: name, configuration: try DockerConfiguration(json: try read())))
            } catch {
                notice("no logins are taken from \(name): \(error)")
            }
        }
        if let text = environment.value(of: Self.variable) {
            add(Self.variable) { text.nativeBytes }
        }
        for path in Self.paths(in: environment) {
            if access(path, F_OK) == 0 {
                add(path) { try File.content(ofRegular: path, limit: 1 << 20) }
            } else {
                missing.append(path)
            }
        }
        self.init(explicit: explicit, sources, missing: missing, helper: helper, notice: notice)
    }

    /// The credential helpers configured on this host, each without `docker-credential-`.
    package static func helperNames(in environment: Environment) -> Set<String> {
        var texts = paths(in: environment).compactMap { try? File.content(ofRegular: $0, limit: 1 << 20) }
        if let text = environment.value(of: variable) { texts.append(text.nativeBytes) }
        return texts.reduce(into: []) { names, text in
            if let configuration = try? DockerConfiguration(json: text) { names.formUnion(configuration.helperNames) }
        }
    }

    /// The variable with the text of a credential file (docker CLI 28.3).
    private static let variable = "DOCKER_AUTH_CONFIG"

    /// The paths of the files: docker's first (`cli/config`), then podman's (containers-auth.json(5)).
    static func paths(in environment: Environment) -> [String] {
        let runtime =
            environment.value(of: "XDG_RUNTIME_DIR").map { $0 + "/containers" } ?? "/run/containers/\(getuid())"
        let paths = [
            (environment.value(of: "DOCKER_CONFIG") ?? environment.home.map { $0 + "/.docker" })
                .map { $0 + "/config.json" },
            environment.value(of: "REGISTRY_AUTH_FILE"),
            runtime + "/auth.json",
            environment.configurationDirectory.map { $0 + "/containers/auth.json" },
        ]
        var known: Set<String> = []
        return paths.compactMap(\.self).filter { known.insert($0).inserted }
    }
}
