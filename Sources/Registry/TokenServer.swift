import FoundationEssentials
import HTTP
import ImageModel

/// The token server that a registry's challenge names.
struct TokenServer: Sendable, Equatable {
    /// Its URL, which may have a query already.
    let realm: String
    /// The registry, as the server knows it.
    let service: String

    /// The server of a `bearer` challenge, or `nil` where it names none.
    init?(_ challenge: AuthenticationChallenge) {
        guard challenge.scheme == "bearer", let realm = challenge.parameters["realm"] else { return nil }
        self.realm = realm
        self.service = challenge.parameters["service"] ?? ""
    }

    /// The request for a token. With a refresh token it is docker's OAuth2 form, else a `GET` with the login.
    func request(for scopes: Set<TokenScope>, with credential: Credential?, security: TransportSecurity) -> HTTPRequest
    {
        if case .identityToken(let token) = credential {
            let form = [
                ("grant_type", "refresh_token"), ("refresh_token", token), ("service", service),
                ("scope", scopes.sorted().map(\.text).joined(separator: " ")), ("client_id", "docker"),
            ]
            return HTTPRequest(
                .post,
                realm,
                headers: HTTPHeaders([("Content-Type", "application/x-www-form-urlencoded")]),
                body: .bytes(Array(Self.query(form).utf8)),
                security: security
            )
        }
        var parameters = service.isEmpty ? [] : [("service", service)]
        parameters += scopes.sorted().map { ("scope", $0.text) }
        var headers = HTTPHeaders()
        if case .basic(let user, let password) = credential {
            parameters.append(("account", user))
            headers.add("Authorization", Credential.basicHeader(user: user, password: password))
        }
        let separator = realm.contains("?") ? "&" : "?"
        let url = parameters.isEmpty ? realm : realm + separator + Self.query(parameters)
        return HTTPRequest(.get, url, headers: headers, security: security)
    }

    private static func query(_ parameters: [(String, String)]) -> String {
        parameters.map { "\($0.0)=\(encoded($0.1))" }.joined(separator: "&")
    }

    /// Percent-encoding of all but RFC 3986's unreserved characters.
    private static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8
            .map { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: "~"):
                    String(UnicodeScalar(byte))
                default:
                    "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
                }
            }
            .joined()
    }
}

/// The answer of a token server (distribution, "Token Authentication Specification").
struct AccessToken: Sendable {
    let text: String
    private let expiry: ContinuousClock.Instant

    /// Whether the token is good for a request that is made now.
    func isValid(at now: ContinuousClock.Instant) -> Bool { now < expiry }

    /// - Parameters:
    ///   - json: the body of the answer; `access_token` wins over `token`.
    ///   - now: when the answer came.
    /// - Returns: `nil` where there is no token in it.
    init?(json: [UInt8], receivedAt now: ContinuousClock.Instant) {
        struct Answer: Decodable {
            var token: String?
            var accessToken: String?
            var expiresIn: Double?

            enum CodingKeys: String, CodingKey {
                case token
                case accessToken = "access_token"
                case expiresIn = "expires_in"
            }
        }
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(json)),
            let text = answer.accessToken ?? answer.token, !text.isEmpty
        else { return nil }
        self.text = text
        // A token lives for a minute at least; it is renewed a little before its end, so that it does not end on the way.
        let seconds = min(max(answer.expiresIn ?? 60, 60), 86_400)
        expiry = now + .seconds(seconds - 10)
    }
}

/// What a token is asked for: actions on a repository (distribution, "Token scope").
struct TokenScope: Hashable, Sendable, Comparable {
    let text: String

    private init(_ text: String) { self.text = text }

    /// Reading from a repository.
    static func pull(_ repository: Repository) -> TokenScope { TokenScope("repository:\(repository.path):pull") }

    /// Writing into a repository.
    static func push(_ repository: Repository) -> TokenScope { TokenScope("repository:\(repository.path):pull,push") }

    static func < (left: TokenScope, right: TokenScope) -> Bool { left.text < right.text }
}
