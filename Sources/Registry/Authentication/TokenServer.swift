import FoundationEssentials
import HTTP
import OCI

/// The token server in a registry's challenge.
struct TokenServer: Sendable, Equatable {
    /// The server's URL, which may have a query.
    let realm: String
    /// The registry's name on the server.
    let service: String

    /// Parses a `bearer` challenge; `nil` if it names no server.
    init?(_ challenge: AuthenticationChallenge) {
        guard challenge.scheme == "bearer", let realm = challenge.parameters["realm"] else { return nil }
        self.realm = realm
        self.service = challenge.parameters["service"] ?? ""
    }

    /// Returns the server with an absolute URL, which uses TLS if the registry does and the realm is the registry's
    /// own.
    ///
    /// - Parameters:
    ///   - url: The URL of the challenged request.
    ///   - mayBePlain: Whether tokens may be fetched over plain HTTP.
    func resolved(at url: String, mayBePlain: Bool) -> TokenServer {
        let realm = Location.resolve(realm, relativeTo: url)
        guard !mayBePlain, Location.hasTLS(url), !Location.hasTLS(realm) else {
            return TokenServer(realm: realm, service: service)
        }
        return TokenServer(realm: Location.secured(realm, from: url) ?? realm, service: service)
    }

    private init(realm: String, service: String) {
        self.realm = realm
        self.service = service
    }

    /// Returns the request for a token: docker's OAuth2 form with a refresh token, otherwise a `GET` with the
    /// credentials.
    ///
    /// - Parameter withoutForm: Whether the server does not support the form; the refresh token is then sent as a
    ///   password.
    func request(
        for scopes: Set<TokenScope>,
        with credential: Credential?,
        withoutForm: Bool = false,
        security: TransportSecurity
    ) -> HTTPRequest {
        switch credential {
        case .identityToken(let token, _) where !withoutForm: form(for: scopes, token, security)
        case .identityToken(let token, let user): query(for: scopes, user: user, password: token, security)
        case .basic(let user, let password): query(for: scopes, user: user, password: password, security)
        case .registryToken, nil: query(for: scopes, user: nil, password: "", security)
        }
    }

    private func form(for scopes: Set<TokenScope>, _ token: String, _ security: TransportSecurity) -> HTTPRequest {
        let form = [
            ("grant_type", "refresh_token"), ("refresh_token", token), ("service", service),
            ("scope", scopes.sorted().map(\.text).joined(separator: " ")), ("client_id", "docker"),
        ]
        var request = HTTPRequest(
            .post,
            realm,
            headers: HTTPHeaders([("Content-Type", "application/x-www-form-urlencoded")]),
            body: .bytes(Array(Self.query(form).utf8)),
            security: security
        )
        request.secrets = [token]
        request.isURLGiven = true
        return request
    }

    private func query(
        for scopes: Set<TokenScope>,
        user: String?,
        password: String,
        _ security: TransportSecurity
    ) -> HTTPRequest {
        var parameters = service.isEmpty ? [] : [("service", service)]
        parameters += scopes.sorted().map { ("scope", $0.text) }
        var headers = HTTPHeaders()
        if let user {
            if !user.isEmpty { parameters.append(("account", user)) }
            headers.add("Authorization", Credential.basicHeader(user: user, password: password))
        }
        let separator = realm.contains("?") ? "&" : "?"
        let url = parameters.isEmpty ? realm : realm + separator + Self.query(parameters)
        var request = HTTPRequest(.get, url, headers: headers, security: security)
        request.isURLGiven = true
        return request
    }

    private static func query(_ parameters: [(String, String)]) -> String {
        parameters.map { "\($0.0)=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
    }
}
