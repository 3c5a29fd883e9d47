import FoundationEssentials
import SystemIO

/// The credentials that `docker login` stores for a registry. They are never printed.
///
/// Users, passwords and tokens are bytes that need not be UTF-8: each `String` here stands for its `nativeBytes`.
package enum Credential: Sendable, Equatable {
    /// A user and a password.
    case basic(user: String, password: String)
    /// A refresh token, which a token server exchanges for access tokens, and its user, if known.
    case identityToken(String, user: String = "")
    /// An access token, sent unchanged.
    case registryToken(String)
}

extension Credential: CustomStringConvertible, CustomDebugStringConvertible {
    /// Omits the secret, so that messages cannot contain it.
    package var description: String {
        switch self {
        case .basic(let user, _): "user \(user)"
        case .identityToken: "identity token"
        case .registryToken: "registry token"
        }
    }

    package var debugDescription: String { description }
}

extension Credential {
    /// Returns the value of `Authorization` for a user and a password (RFC 7617).
    static func basicHeader(user: String, password: String) -> String {
        "Basic " + Data(user.nativeBytes + [UInt8(ascii: ":")] + password.nativeBytes).base64EncodedString()
    }
}

extension String {
    /// The string of a JSON file as the native string for its UTF-8 bytes.
    var native: String { String(nativeBytes: utf8) }
}
