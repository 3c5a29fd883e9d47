/// What the sentence for a refusal says of the login that was sent.
struct LoginNote: Sendable {
    /// To follow the registry's reason.
    let text: String
    /// Whose secret the registry's words must not repeat.
    let credential: Credential?

    /// - Parameters:
    ///   - login: the one that is known for the repository.
    ///   - asksForLogin: whether the registry has said how it wants logins; without that none is sent.
    init(_ login: Login?, asksForLogin: Bool, domain: String, logins: Logins) {
        credential = login?.credential
        text =
            switch login {
            case let login? where asksForLogin: "; it got the \(login.credential.noun) \(login.origin)"
            case nil where asksForLogin: "; no login for \(domain) is known: \(logins.places)"
            default: "; it asked for no login, and got none"
            }
    }
}

extension Credential {
    fileprivate var noun: String {
        switch self {
        case .basic: "login of \(self)"
        case .identityToken, .registryToken: description
        }
    }
}
