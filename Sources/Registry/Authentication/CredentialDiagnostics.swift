/// Describes the credentials that were used, for authorization errors.
struct CredentialDiagnostics: Sendable {
    /// The text that follows the registry's reason.
    let text: String

    /// The authentication that a registry requires.
    enum Wanted: Sendable {
        /// None; no credentials are sent.
        case nothing
        /// A user and a password with each request.
        case password
        /// A token, for which the token server accepts any credentials.
        case token
    }

    /// - Parameter login: The credentials for the repository.
    init(_ login: ResolvedCredential?, wanted: Wanted, domain: String, logins: CredentialStore) {
        switch (wanted, login) {
        case (.nothing, _):
            text = "; it asked for no login, and got none"
        case (_, nil):
            text = "; no login for \(domain) is known: \(logins.places)"
        case (.password, let login?) where login.credential.isIdentityToken:
            text = "; it wants a user and a password, and there is only the \(login)"
        case (_, let login?):
            text = "; it got the \(login)"
        }
    }
}

extension Credential {
    fileprivate var isIdentityToken: Bool {
        if case .identityToken = self { true } else { false }
    }

    /// The noun after "the": `login of user me`, `identity token`.
    var noun: String {
        switch self {
        case .basic: "login of \(self)"
        case .identityToken, .registryToken: description
        }
    }
}
