import HTTP
import OCI

/// What is known of one registry during a run: how it is reached, how it wants logins, and the tokens it gave.
///
/// The registry is pinged once and each token is fetched once, however many requests wait for them.
actor RegistrySession {
    private enum Authentication {
        case none
        case basic
        case bearer(TokenServer)
    }

    /// The registry in a reference, or a mirror's host.
    nonisolated let domain: String
    private let ping: EndpointDiscovery
    private let settings: RegistrySettings
    private var connection: SharedTask<RegistryEndpoint>?
    private var authentication = Authentication.none
    private var tokens: [Set<TokenScope>: SharedTask<AccessToken>] = [:]
    /// The logins that were told of.
    private var told: Set<String> = []

    init(domain: String, mirror: RegistryMirror? = nil, http: HTTPClient, settings: RegistrySettings) {
        self.domain = domain
        self.settings = settings
        ping = EndpointDiscovery(domain: domain, mirror: mirror, http: http, settings: settings)
    }

    /// How the registry is reached. The first call asks `/v2/`, by each way that is allowed.
    func endpoint() async throws -> RegistryEndpoint {
        if let connection { return try await connection.value }
        let task = SharedTask {
            do {
                let outcome = try await self.ping.outcome()
                self.settings.trace?(.reached(self.ping.name, outcome.endpoint))
                await self.adopt(
                    outcome.challenges,
                    at: outcome.endpoint.url(""),
                    outcome.endpoint.security
                )
                return outcome.endpoint
            } catch {
                await self.forgetConnection()
                throw error
            }
        }
        connection = task
        return try await task.value
    }

    /// The next request asks again; but a mirror is done without for the rest of the run.
    private func forgetConnection() {
        if ping.mirror == nil { connection = nil }
    }

    /// The value of `Authorization` for a request, or `nil` where none is wanted or can be given.
    func authorization(for scopes: Set<TokenScope>) async throws -> String? {
        let login = try await login(for: scopes)
        if let login, case .registryToken(let token) = login.credential {
            tell(login)
            return "Bearer \(token)"
        }
        switch authentication {
        case .none:
            return nil
        case .basic:
            guard let login, case .basic(let user, let password) = login.credential else { return nil }
            tell(login)
            return Credential.basicHeader(user: user, password: password)
        case .bearer(let server):
            return "Bearer \(try await token(for: scopes, from: server, login).text)"
        }
    }

    /// Takes note that the registry answered 401.
    ///
    /// - Parameters:
    ///   - authorization: what was sent.
    ///   - fields: the answer's `WWW-Authenticate` fields.
    ///   - url: the request that was answered.
    /// - Returns: whether another try can do better: with a new token, or with a login where none was sent.
    func renew(
        after authorization: String?,
        scopes: Set<TokenScope>,
        challenges fields: [String],
        at url: String
    ) async throws -> Bool {
        adopt(AuthenticationChallenge.parse(fields), at: url, try await endpoint().security)
        switch authentication {
        case .none: return false
        case .basic:
            guard authorization == nil else { return false }
            return try await login(for: scopes) != nil
        case .bearer:
            // Of the many requests that a token ran out under, one renews it for all.
            if let known = tokens[scopes], let token = try? await known.value,
                authorization == "Bearer \(token.text)",
                tokens[scopes] == known
            {
                tokens[scopes] = nil
            }
            return true
        }
    }

    /// What to say of the login in the sentence for a refusal.
    ///
    /// - Parameter path: the repository's.
    func note(for path: String) async -> CredentialDiagnostics {
        let login = try? await settings.logins.login(for: Repository(domain: domain, path: path))
        let wanted: CredentialDiagnostics.Wanted =
            switch authentication {
            case .none: .nothing
            case .basic: .password
            case .bearer: .token
            }
        return CredentialDiagnostics(login, wanted: wanted, domain: domain, logins: settings.logins)
    }

    /// Tells whoever watches of a login that goes to the registry with each request, once.
    private func tell(_ login: ResolvedCredential) {
        guard let trace = settings.trace, told.insert(login.description).inserted else { return }
        trace(.login(registry: domain, login: login.description, recipient: domain))
    }

    private func login(for scopes: Set<TokenScope>) async throws -> ResolvedCredential? {
        let repository = Repository(domain: domain, path: TokenScope.repository(of: scopes))
        return try await settings.logins.login(for: repository)
    }

    /// Bearer before basic, as docker does; what else is offered changes nothing.
    private func adopt(_ challenges: [AuthenticationChallenge], at url: String, _ security: TransportSecurity) {
        if let server = challenges.lazy.compactMap(TokenServer.init).first {
            authentication = .bearer(server.resolved(at: url, mayBePlain: !security.verifiesCertificate))
        } else if challenges.contains(where: { $0.scheme == "basic" }) {
            authentication = .basic
        }
    }

    private func token(
        for scopes: Set<TokenScope>,
        from server: TokenServer,
        _ login: ResolvedCredential?
    ) async throws -> AccessToken {
        while let known = tokens[scopes] {
            let token = try await known.value
            if token.isValid(at: .now) { return token }
            if tokens[scopes] == known { tokens[scopes] = nil }
        }
        let task = SharedTask {
            let fetch = TokenFetch(
                domain: self.domain,
                endpoint: try await self.endpoint(),
                server: server,
                scopes: scopes,
                login: login,
                http: self.ping.http,
                settings: self.settings
            )
            return try await fetch.token()
        }
        tokens[scopes] = task
        do {
            return try await task.value
        } catch {
            // The refusal of a login holds for the run, or a wrong password would be sent until the account is locked. Any other
            // failure may be one of a single replica.
            let status = (error as? RegistryError)?.status ?? 0
            if login == nil || ![401, 403].contains(status), tokens[scopes] == task { tokens[scopes] = nil }
            throw error
        }
    }
}
