import FoundationEssentials

/// What `docker login` keeps for a registry. It is never printed.
package enum Credential: Sendable, Equatable {
    /// A user and a password.
    case basic(user: String, password: String)
    /// A refresh token, which a token server turns into access tokens.
    case identityToken(String)
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
        "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
    }
}
