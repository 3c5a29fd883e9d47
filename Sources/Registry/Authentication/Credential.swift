import FoundationEssentials
import SystemIO

/// What `docker login` keeps for a registry. It is never printed.
///
/// Users, passwords and tokens are bytes, which need not be UTF-8: each `String` here is one that stands for its `nativeBytes`.
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
    /// The value of `Authorization` for a user and a password, to the byte (RFC 7617).
    static func basicHeader(user: String, password: String) -> String {
        "Basic " + Data(user.nativeBytes + [UInt8(ascii: ":")] + password.nativeBytes).base64EncodedString()
    }
}

extension String {
    /// A text of a JSON file, as the text that stands for its UTF-8.
    var native: String { String(nativeBytes: utf8) }
}
