import HTTP

/// Asks a registry's token server for a token (distribution, "Token Authentication Specification").
struct TokenFetch: Sendable {
    /// The registry in a reference.
    let domain: String
    /// How the registry is reached.
    let endpoint: RegistryEndpoint
    let server: TokenServer
    let scopes: Set<TokenScope>
    let login: Login?
    let http: HTTPClient
    let settings: RegistrySettings

    /// A token, or why there is none.
    ///
    /// - Throws: ``RegistryError``.
    func token() async throws -> AccessToken {
        if login != nil, endpoint.security.verifiesCertificate, !Location.hasTLS(server.realm) {
            throw RegistryError(
                .unauthorized,
                "\(domain) asks for its login to be sent without TLS, to its token server \(ShownURL.text(server.realm));"
                    + " that is not done; if it is meant, name the registry with --insecure-registry \(domain)"
            )
        }
        let subject = "the login of \(domain)"
        do {
            settings.trace?(
                .login(registry: domain, login: login?.description, recipient: ShownURL.text(server.realm))
            )
            var response = try await answer(withoutForm: false)
            if let token = Self.token(in: response) { return token }
            // A byte may have been spoilt on the way.
            if response.head.status == 200 { response = try await answer(withoutForm: false) }
            // Not all token servers know the form (go-containerregistry and containerd tell of GCR, for one).
            if case .identityToken = login?.credential, [404, 405].contains(response.head.status) {
                response = try await answer(withoutForm: true)
            }
            guard (200..<300).contains(response.head.status) else {
                let note = LoginNote(login, wanted: .token, domain: domain, logins: settings.logins)
                throw RegistryError(response, from: domain, asking: subject, note)
            }
            guard let token = Self.token(in: response) else {
                throw RegistryError(
                    .unauthorized,
                    "\(subject): authorization server did not include a token in the response; check that"
                        + " \(ShownURL.text(server.realm)) is the registry's token server"
                )
            }
            return token
        } catch let error as HTTPError {
            throw RegistryError(error, asking: subject)
        }
    }

    /// The token in an answer that is a success.
    private static func token(in response: HTTPResponse) -> AccessToken? {
        guard (200..<300).contains(response.head.status) else { return nil }
        return AccessToken(json: response.body, receivedAt: .now)
    }

    private func answer(withoutForm: Bool) async throws -> HTTPResponse {
        let request = server.request(
            for: scopes,
            with: login?.credential,
            withoutForm: withoutForm,
            security: endpoint.security
        )
        return try await settings.run(asking: domain) {
            try await http.collectFollowing(request, limit: 1 << 20).response
        }
    }
}
