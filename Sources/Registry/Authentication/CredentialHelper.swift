import FoundationEssentials

/// Runs the programs that keep logins, `docker-credential-NAME` (docker-credential-helpers, "Credential helper protocol").
///
/// Who has the means to start a program gives one to ``CredentialStore``.
package protocol CredentialHelper: Sendable {
    /// Runs `docker-credential-NAME get` to its end, with the server on its standard input.
    ///
    /// - Throws: ``CredentialHelperError`` where it cannot be started or takes too long; `CancellationError`.
    func get(_ server: String, from name: String) async throws -> CredentialHelperAnswer
}

/// What a credential helper that has ended left behind.
package struct CredentialHelperAnswer: Sendable {
    /// Whether its exit status was 0.
    package let isSuccess: Bool
    /// What it wrote to its standard output.
    package let output: [UInt8]

    /// An answer of these parts.
    package init(isSuccess: Bool, output: [UInt8]) {
        self.isSuccess = isSuccess
        self.output = output
    }

    /// The login in the answer; `nil` where the helper has none.
    ///
    /// - Throws: ``CredentialHelperError``; without what the helper wrote, which may have the secret in it.
    func credential() throws(CredentialHelperError) -> Credential? {
        struct Answer: Decodable {
            var username: String?
            var secret: String?

            enum CodingKeys: String, CodingKey {
                case username = "Username"
                case secret = "Secret"
            }
        }
        guard isSuccess else {
            let text = String(decoding: output.prefix(1024), as: UTF8.self).lowercased()
            guard text.contains("credentials not found") else { throw CredentialHelperError("failed") }
            return nil
        }
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(output)) else {
            throw CredentialHelperError("answered with something that is no login")
        }
        guard let secret = answer.secret, !secret.isEmpty else { return nil }
        let user = answer.username ?? ""
        return user == "<token>"
            ? .identityToken(secret.native) : .basic(user: user.native, password: secret.native)
    }
}

/// Why a credential helper gave no answer.
package struct CredentialHelperError: Error, Sendable {
    /// What is wrong, to follow the helper's name: `is not installed`.
    package let problem: String

    /// A problem, to follow the helper's name.
    package init(_ problem: String) { self.problem = problem }
}
