import HTTP
import ImageModel

/// What is known of one registry during a run: how it is reached, how it wants logins, and the tokens it gave.
///
/// The registry is pinged once and each token is fetched once, however many requests wait for them.
actor RegistrySession {
    private enum Authentication {
        case none
        case basic
        case bearer(TokenServer)
    }

    private nonisolated let domain: String
    private let http: HTTPClient
    private let settings: RegistrySettings
    private let credential: Credential?
    private var connection: SharedTask<RegistryEndpoint>?
    private var authentication = Authentication.none
    private var tokens: [Set<TokenScope>: SharedTask<AccessToken>] = [:]

    init(domain: String, http: HTTPClient, settings: RegistrySettings) {
        self.domain = domain
        self.http = http
        self.settings = settings
        self.credential = settings.logins.credential(for: domain)
    }

    /// How the registry is reached. The first call asks `/v2/`, by each way that is allowed.
    func endpoint() async throws -> RegistryEndpoint {
        if let connection { return try await connection.value }
        let task = SharedTask {
            do {
                return try await self.settings.patience.persist { try await self.connect() }
            } catch {
                // The next request asks again.
                await self.forgetConnection()
                throw error
            }
        }
        connection = task
        return try await task.value
    }

    private func forgetConnection() {
        connection = nil
    }

    /// The value of `Authorization` for a request, or `nil` where none is wanted or can be given.
    func authorization(for scopes: Set<TokenScope>) async throws -> String? {
        if case .registryToken(let token) = credential { return "Bearer \(token)" }
        switch authentication {
        case .none:
            return nil
        case .basic:
            guard case .basic(let user, let password) = credential else { return nil }
            return Credential.basicHeader(user: user, password: password)
        case .bearer(let server):
            return "Bearer \(try await token(for: scopes, from: server).text)"
        }
    }

    /// Takes note that the registry answered 401.
    ///
    /// - Parameters:
    ///   - authorization: what was sent.
    ///   - fields: the answer's `WWW-Authenticate` fields.
    /// - Returns: whether another try can do better: with a new token, or with a login where none was sent.
    func renew(after authorization: String?, scopes: Set<TokenScope>, challenges fields: [String]) async -> Bool {
        adopt(AuthenticationChallenge.parse(fields))
        switch authentication {
        case .none: return false
        case .basic: return authorization == nil && credential != nil
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

    private func connect() async throws -> RegistryEndpoint {
        let candidates = RegistryEndpoint.candidates(for: domain, insecure: settings.insecureRegistries)
        var failure: HTTPError?
        for (index, endpoint) in candidates.enumerated() {
            do {
                let response = try await settings.patience.run(isReached: false) {
                    try await http.collect(
                        HTTPRequest(.get, endpoint.url(""), security: endpoint.security, stallSeconds: 15),
                        limit: 1 << 20
                    )
                }
                guard !settings.patience.isPassing(response.head.status) else {
                    throw RegistryError(response, from: domain, asking: "GET \(endpoint.url(""))")
                }
                // What a server that wants TLS says to plain http.
                if response.head.status == 400, index + 1 < candidates.count { continue }
                if response.head.status == 401 {
                    adopt(AuthenticationChallenge.parse(response.head.headers.values("WWW-Authenticate")))
                }
                return endpoint
            } catch let error as HTTPError {
                // The first way's failure tells more, unless it was only that nobody speaks TLS there.
                if failure == nil || failure?.code == .tls { failure = error }
            }
        }
        throw RegistryError(
            .unreachable,
            "cannot reach the registry \(domain): \(failure?.message ?? "it wants TLS")",
            transfer: failure
        )
    }

    /// Bearer before basic, as docker does.
    private func adopt(_ challenges: [AuthenticationChallenge]) {
        if let server = challenges.lazy.compactMap(TokenServer.init).first {
            authentication = .bearer(server)
        } else if challenges.contains(where: { $0.scheme == "basic" }) {
            authentication = .basic
        }
    }

    private func token(for scopes: Set<TokenScope>, from server: TokenServer) async throws -> AccessToken {
        while let known = tokens[scopes] {
            let token = try await known.value
            if token.isValid(at: .now) { return token }
            if tokens[scopes] == known { tokens[scopes] = nil }
        }
        let task = SharedTask {
            do {
                return try await self.fetchToken(for: scopes, from: server)
            } catch {
                // The next request asks again.
                await self.forgetToken(for: scopes)
                throw error
            }
        }
        tokens[scopes] = task
        return try await task.value
    }

    private func forgetToken(for scopes: Set<TokenScope>) {
        tokens[scopes] = nil
    }

    private func fetchToken(for scopes: Set<TokenScope>, from server: TokenServer) async throws -> AccessToken {
        let endpoint = try await endpoint()
        if credential != nil, endpoint.security == .verified, !Location.hasTLS(server.realm) {
            throw RegistryError(
                .unauthorized,
                "\(domain) asks for its login to be sent without TLS, to its token server; that is not done"
            )
        }
        let subject = "the login of \(domain)"
        do {
            let response = try await settings.patience.run {
                try await http.collect(
                    server.request(for: scopes, with: credential, security: endpoint.security),
                    limit: 1 << 20
                )
            }
            guard (200..<300).contains(response.head.status) else {
                throw RegistryError(response, from: domain, asking: subject)
            }
            guard let token = AccessToken(json: response.body, receivedAt: .now) else {
                throw RegistryError(
                    .unauthorized,
                    "\(subject): authorization server did not include a token in the response"
                )
            }
            return token
        } catch let error as HTTPError {
            throw RegistryError(error, asking: subject)
        }
    }
}
