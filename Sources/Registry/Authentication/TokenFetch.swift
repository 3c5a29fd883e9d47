import HTTP

/// Fetches a token from a registry's token server (distribution, "Token Authentication Specification").
struct TokenFetch: Sendable {
    /// The registry in a reference.
    let domain: String
    /// The registry's endpoint.
    let endpoint: RegistryEndpoint
    let server: TokenServer
    let scopes: Set<TokenScope>
    let login: ResolvedCredential?
    let http: HTTPClient
    let settings: RegistrySettings

    /// Returns a token.
    ///
    /// - Throws: ``RegistryError``.
    func token() async throws -> AccessToken {
        guard mayFetch else {
            let wish = login == nil ? "for a token to be fetched" : "for its login to be sent"
            throw RegistryError(
                .unauthorized,
                "\(domain) asks \(wish) without TLS, \(login == nil ? "from" : "to") its token server"
                    + " \(realm); that is not done; if it is meant, name the registry with"
                    + " --insecure-registry \(domain)"
            )
        }
        let subject = "the login of \(domain)"
        do {
            settings.trace?(
                .login(registry: domain, login: login?.description, recipient: realm)
            )
            var response = try await answer(withoutForm: false)
            if let token = Self.token(in: response) { return token }
            if case .identityToken = login?.credential, [404, 405].contains(response.head.status) {
                // Not all token servers support the form (for instance GCR, according to go-containerregistry and
                // containerd).
                response = try await answer(withoutForm: true)
            } else if mayDiffer(response.head.status) {
                response = try await answer(withoutForm: false)
            }
            guard (200..<300).contains(response.head.status) else {
                let note = CredentialDiagnostics(login, wanted: .token, domain: domain, logins: settings.logins)
                throw RegistryError(response, from: domain, asking: subject, note)
            }
            guard let token = Self.token(in: response) else {
                throw RegistryError(
                    .unauthorized,
                    "\(subject): authorization server did not include a token in the response; check that"
                        + " \(realm) is the registry's token server"
                )
            }
            return token
        } catch let error as HTTPError {
            throw RegistryError(error, asking: subject)
        }
    }

    /// The token server's URL for messages, redacted.
    private var realm: String { http.secrets.redacting(RegistryError.printable(RedactedURL.text(server.realm))) }

    /// Whether the token server may be used: without TLS only if the registry may be insecure, or uses plain HTTP and
    /// no credentials are sent.
    private var mayFetch: Bool {
        Location.hasTLS(server.realm) || !endpoint.security.verifiesCertificate
            || endpoint.scheme == "http" && login == nil
    }

    /// Whether a second request may succeed after this status: a byte may have been corrupted in transit, or one of
    /// several servers may be broken. Refused credentials are not sent again, and transient failures were retried
    /// already.
    private func mayDiffer(_ status: Int) -> Bool {
        ![401, 403].contains(status) && !RetryPolicy.isPassing(status)
    }

    /// Parses the token of a successful response.
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
        let host = http.secrets.redacting(RegistryError.printable(RedactedURL.text(Location.origin(of: server.realm))))
        return try await settings.run(.token, to: host) {
            try await http.collectFollowing(request, limit: 1 << 20).response
        }
    }
}
