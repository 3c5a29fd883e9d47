import OCI
import Synchronization
import SystemIO

/// A login, and where it is from.
struct ResolvedCredential: Sendable, CustomStringConvertible {
    let credential: Credential
    /// As it reads after "the login of user me": `from /root/.docker/config.json`.
    let origin: String

    /// Without the secret: `login of user me from /root/.docker/config.json`.
    var description: String { "\(credential.noun) \(origin)" }
}

/// A login that is given for one registry. It goes before all others.
package struct ExplicitCredential: Sendable {
    fileprivate let registry: RegistryName
    fileprivate let login: ResolvedCredential

    /// A login for a registry.
    ///
    /// - Parameters:
    ///   - registry: the registry in a reference: `HOST[:PORT]`.
    ///   - source: where it was given, for messages: `--username`.
    package init(registry: String, user: String, password: String, source: String) {
        self.registry = RegistryName(registry)
        login = ResolvedCredential(credential: .basic(user: user, password: password), origin: "from \(source)")
    }

    /// The password in the input of `--password-stdin`: all bytes but a line break at its end, as docker has it.
    package static func password(in input: [UInt8]) -> String {
        var bytes = input[...]
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        return String(nativeBytes: bytes)
    }
}

/// The logins of a run: the one that was given for a registry, and those that docker and podman keep on this host.
///
/// The first place that has a login for a repository wins. A credential helper is run once for a registry.
package final class CredentialStore: Sendable {
    /// A file of logins, or what takes its place.
    package struct Source: Sendable {
        /// The path, or the variable that has the text, for messages.
        let name: String
        let configuration: DockerConfiguration

        /// A file that has been read.
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
    /// What was looked at in vain: files that are not there.
    private let missing: [String]
    private let helper: (any CredentialHelper)?
    private let notice: @Sendable (String) -> Void
    private let answers = Mutex<[HelperCall: SharedTask<Credential?>]>([:])
    private let told = Mutex<Set<String>>([])

    /// The logins of these places.
    ///
    /// - Parameters:
    ///   - explicit: the login that was given for one registry.
    ///   - sources: the files, the first to be asked first.
    ///   - missing: the files that were looked for and are not there.
    ///   - helper: runs credential helpers; without it none is asked.
    ///   - notice: gets a sentence where a login cannot be had that should be there.
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

    /// No logins.
    package convenience init() {
        self.init([])
    }

    /// The login for a repository.
    ///
    /// - Throws: `CancellationError`. A login that cannot be had is told once, and the next place is asked.
    func login(for repository: Repository) async throws -> ResolvedCredential? {
        if let explicit, explicit.registry == RegistryName(repository.domain) { return explicit.login }
        for source in sources {
            if let login = try await helperLogin(for: repository, in: source) { return login }
            do {
                if let credential = try source.configuration.credential(for: repository) {
                    return ResolvedCredential(credential: credential, origin: "from \(source.name)")
                }
            } catch {
                tell("no login is taken from \(source.name): \(error)")
            }
        }
        return nil
    }

    /// Where logins were looked for.
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
            tell(
                "\(program), which \(source.name) names for \(domain), \(error.problem); no login is taken from it: try"
                    + " 'echo \(RegistryName.dockerKey(domain)) | \(program) get'"
            )
            return nil
        }
    }

    private func tell(_ sentence: String) {
        if told.withLock({ $0.insert(sentence).inserted }) { notice(sentence) }
    }
}
