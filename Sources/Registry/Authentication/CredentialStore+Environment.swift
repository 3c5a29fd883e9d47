import Glibc
import SystemIO

extension CredentialStore {
    /// The logins of this host, in the order that they are looked for: `DOCKER_AUTH_CONFIG`, docker's `config.json`, podman's
    /// files.
    ///
    /// A file that cannot be read is told, and the run goes on without it, as with docker.
    ///
    /// - Parameters:
    ///   - environment: the variables that count: those that name the places, and `HOME`.
    ///   - explicit: the login that was given for one registry.
    ///   - helper: runs credential helpers.
    ///   - notice: gets a sentence where a login cannot be had that should be there.
    package convenience init(
        environment: [String: String],
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
        if let text = environment[Self.variable], !text.isEmpty {
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

    /// The credential helpers that the logins of this host name, each without `docker-credential-`.
    package static func helperNames(in environment: [String: String]) -> Set<String> {
        var texts = paths(in: environment).compactMap { try? File.content(ofRegular: $0, limit: 1 << 20) }
        if let text = environment[variable] { texts.append(text.nativeBytes) }
        return texts.reduce(into: []) { names, text in
            if let configuration = try? DockerConfiguration(json: text) { names.formUnion(configuration.helperNames) }
        }
    }

    /// Has the text of a file of logins (docker CLI 28.3).
    private static let variable = "DOCKER_AUTH_CONFIG"

    /// Where the files lie: docker's first (`cli/config`), then podman's (containers-auth.json(5)).
    static func paths(in environment: [String: String]) -> [String] {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let home = value("HOME")
        let configuration = value("XDG_CONFIG_HOME") ?? home.map { $0 + "/.config" }
        let runtime = value("XDG_RUNTIME_DIR") ?? "/run"
        let perUser = value("XDG_RUNTIME_DIR") == nil ? "containers/\(getuid())" : "containers"
        let paths = [
            (value("DOCKER_CONFIG") ?? home.map { $0 + "/.docker" }).map { $0 + "/config.json" },
            value("REGISTRY_AUTH_FILE"),
            "\(runtime)/\(perUser)/auth.json",
            configuration.map { $0 + "/containers/auth.json" },
        ]
        var known: Set<String> = []
        return paths.compactMap(\.self).filter { known.insert($0).inserted }
    }
}
