import HTTP
import OCI

/// The state of one registry during a run: its endpoint, authentication and tokens.
///
/// Concurrent requests share one ping, and one fetch per token.
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
    /// The credentials that were traced.
    private var traced: Set<String> = []

    init(domain: String, mirror: RegistryMirror? = nil, http: HTTPClient, settings: RegistrySettings) {
        self.domain = domain
        self.settings = settings
        ping = EndpointDiscovery(domain: domain, mirror: mirror, http: http, settings: settings)
    }

    /// Returns the registry's endpoint. The first call requests `/v2/` by each allowed endpoint.
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

    /// Forgets the endpoint, so that the next request discovers it again; a mirror is not used for the rest of the run.
    private func forgetConnection() {
        if ping.mirror == nil { connection = nil }
    }

    /// Returns the value of `Authorization` for a request; `nil` if none is required or available.
    func authorization(for scopes: Set<TokenScope>) async throws -> String? {
        let login = try await login(for: scopes)
        if let login, case .registryToken(let token) = login.credential {
            trace(login)
            return "Bearer \(token)"
        }
        switch authentication {
        case .none:
            return nil
        case .basic:
            guard let login, case .basic(let user, let password) = login.credential else { return nil }
            trace(login)
            return Credential.basicHeader(user: user, password: password)
        case .bearer(let server):
            return "Bearer \(try await token(for: scopes, from: server, login).text)"
        }
    }

    /// Handles a 401 response.
    ///
    /// - Parameters:
    ///   - authorization: The `Authorization` that was sent.
    ///   - fields: The response's `WWW-Authenticate` fields.
    ///   - url: The URL of the request.
    /// - Returns: Whether a retry may succeed: with a new token, or with credentials if none were sent.
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
            // Of all requests with the expired token, the first renews it for the others.
            if let known = tokens[scopes], let token = try? await known.value,
                authorization == "Bearer \(token.text)",
                tokens[scopes] == known
            {
                tokens[scopes] = nil
            }
            return true
        }
    }

    /// Returns the description of the credentials for an authorization error.
    ///
    /// - Parameter path: The repository's path.
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

    /// Traces credentials that are sent with each request, once.
    private func trace(_ login: ResolvedCredential) {
        guard let trace = settings.trace, traced.insert(login.description).inserted else { return }
        trace(.login(registry: domain, login: login.description, recipient: domain))
    }

    private func login(for scopes: Set<TokenScope>) async throws -> ResolvedCredential? {
        let repository = Repository(domain: domain, path: TokenScope.repository(of: scopes))
        return try await settings.logins.login(for: repository)
    }

    /// Prefers bearer to basic, as docker does; other schemes are ignored.
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
            // Refused credentials are remembered for the run: retrying a wrong password could lock the account. Any
            // other failure may be limited to one replica.
            let status = (error as? RegistryError)?.status ?? 0
            if login == nil || ![401, 403].contains(status), tokens[scopes] == task { tokens[scopes] = nil }
            throw error
        }
    }
}
