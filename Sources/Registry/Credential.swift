import FoundationEssentials
import HTTP

/// What `docker login` keeps for a registry. It is never printed.
package enum Credential: Sendable, Equatable {
    /// A user and a password.
    case basic(user: String, password: String)
    /// A refresh token, which a token server turns into access tokens, and the user it belongs to, where that is known.
    case identityToken(String, user: String = "")
    /// An access token, sent as it is.
    case registryToken(String)
}

extension Credential: CustomStringConvertible, CustomDebugStringConvertible {
    /// Without the secret, so that it cannot get into a message by accident.
    package var description: String {
        switch self {
        case .basic(let user, _): "user \(user)"
        case .identityToken: "identity token"
        case .registryToken: "registry token"
        }
    }

    /// As ``description``.
    package var debugDescription: String { description }
}

extension Credential {
    /// The value of `Authorization` for a user and a password (RFC 7617).
    static func basicHeader(user: String, password: String) -> String {
        "Basic " + base64(user, password)
    }

    private static func base64(_ user: String, _ password: String) -> String {
        Data("\(user):\(password)".utf8).base64EncodedString()
    }

    /// A text of a server's, without the secret: some servers repeat in an error what they were sent.
    func redacting(_ text: String) -> String {
        let secrets =
            switch self {
            case .basic(let user, let password): [Self.base64(user, password), password]
            case .identityToken(let token, let user): [Self.base64(user, token), token, PercentEncoding.encode(token)]
            case .registryToken(let token): [token]
            }
        return secrets.filter { !$0.isEmpty }.reduce(text) { $0.replacing($1, with: "…") }
    }
}
