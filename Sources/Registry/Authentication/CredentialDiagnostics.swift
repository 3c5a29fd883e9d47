/// What the sentence for a refusal says of the login that was sent.
struct CredentialDiagnostics: Sendable {
    /// To follow the registry's reason.
    let text: String

    /// What a registry has said that it wants.
    enum Wanted: Sendable {
        /// Nothing: no login is sent then.
        case nothing
        /// A user and a password with each request.
        case password
        /// A token, for which its token server wants any login.
        case token
    }

    /// - Parameter login: the one that is known for the repository.
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

    /// As it reads after "the": `login of user me`, `identity token`.
    var noun: String {
        switch self {
        case .basic: "login of \(self)"
        case .identityToken, .registryToken: description
        }
    }
}
