import OCI
import Synchronization
import SystemIO

/// Credentials with their origin.
struct ResolvedCredential: Sendable, CustomStringConvertible {
    let credential: Credential
    /// The text after "the login of user me": `from /root/.docker/config.json`.
    let origin: String

    /// Omits the secret: `login of user me from /root/.docker/config.json`.
    var description: String { "\(credential.noun) \(origin)" }
}

/// Credentials given for one registry. They take precedence over all others.
package struct ExplicitCredential: Sendable {
    fileprivate let registry: RegistryName
    fileprivate let login: ResolvedCredential

    /// - Parameters:
    ///   - registry: The registry in a reference: `HOST[:PORT]`.
    ///   - source: The origin, for messages: `--username`.
    package init(registry: String, user: String, password: String, source: String) {
        self.registry = RegistryName(registry)
        login = ResolvedCredential(credential: .basic(user: user, password: password), origin: "from \(source)")
    }

    /// Returns the password in the input of `--password-stdin`: all bytes except a trailing line break, as in docker.
    package static func password(in input: [UInt8]) -> String {
        var bytes = input[...]
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        return String(nativeBytes: bytes)
    }
}

/// The credentials of a run: those given for one registry, and those of docker and podman on this host.
///
/// The first source with credentials for a repository wins. A credential helper runs once per registry.
package final class CredentialStore: Sendable {
    /// A credential file or variable.
    package struct Source: Sendable {
        /// The path, or the name of the variable, for messages.
        let name: String
        let configuration: DockerConfiguration

        package init(name: String, configuration: DockerConfiguration) {
            self.name = name
            self.configuration = configuration
        }
    }

    private struct HelperCall: Hashable {
        let helper: String
        let server: String
    }

    private let explicit: ExplicitCredential?
    private let sources: [Source]
    /// The credential files that do not exist, for diagnostics.
    private let missing: [String]
    private let helper: (any CredentialHelper)?
    private let notice: @Sendable (String) -> Void
    private let answers = Mutex<[HelperCall: SharedTask<Credential?>]>([:])
    private let reported = Mutex<Set<String>>([])

    /// - Parameters:
    ///   - explicit: The credentials given for one registry.
    ///   - sources: The files, in order of lookup.
    ///   - missing: The credential files that do not exist.
    ///   - helper: Runs credential helpers; `nil` to run none.
    ///   - notice: Receives a sentence for credentials that are unavailable.
    package init(
        explicit: ExplicitCredential? = nil,
        _ sources: [Source] = [],
        missing: [String] = [],
        helper: (any CredentialHelper)? = nil,
        notice: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.explicit = explicit
        self.sources = sources
        self.missing = missing
        self.helper = helper
        self.notice = notice
    }

    /// Creates an empty store.
    package convenience init() {
        self.init([])
    }

    /// Returns the credentials for a repository.
    ///
    /// Unavailable credentials are reported once, and the next source is tried.
    ///
    /// - Throws: `CancellationError`.
    func login(for repository: Repository) async throws -> ResolvedCredential? {
        if let explicit, explicit.registry == RegistryName(repository.domain) { return explicit.login }
        for source in sources {
            if let login = try await helperLogin(for: repository, in: source) { return login }
            do {
                if let credential = try source.configuration.credential(for: repository) {
                    return ResolvedCredential(credential: credential, origin: "from \(source.name)")
                }
            } catch {
                report("no login is taken from \(source.name): \(error)")
            }
        }
        return nil
    }

    /// The sources that were searched.
    var places: String {
        let names = sources.map(\.name) + missing
        guard let last = names.last else { return "nothing was there to look for one in" }
        let list = names.count == 1 ? last : names.dropLast().joined(separator: ", ") + " and " + last
        return "it was looked for in \(list)"
    }

    private func helperLogin(for repository: Repository, in source: Source) async throws -> ResolvedCredential? {
        guard let helper, let (name, server) = source.configuration.helper(for: repository) else { return nil }
        let program = "docker-credential-\(name)"
        let call = HelperCall(helper: name, server: server)
        let answer = answers.withLock { answers in
            if let known = answers[call] { return known }
            let task = SharedTask { try await helper.get(server, from: name).credential() }
            answers[call] = task
            return task
        }
        do {
            return try await answer.value.map {
                ResolvedCredential(credential: $0, origin: "from \(program), as \(source.name) says")
            }
        } catch let error as CredentialHelperError {
            let domain = RegistryName(server).host
            report(
                "\(program), which \(source.name) names for \(domain), \(error.problem); no login is taken from it: try"
                    + " 'echo \(RegistryName.dockerKey(domain)) | \(program) get'"
            )
            return nil
        }
    }

    private func report(_ sentence: String) {
        if reported.withLock({ $0.insert(sentence).inserted }) { notice(sentence) }
    }
}
