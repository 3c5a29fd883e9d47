import FoundationEssentials

/// Runs `docker-credential-NAME` programs (docker-credential-helpers, "Credential helper protocol").
package protocol CredentialHelper: Sendable {
    /// Runs `docker-credential-NAME get` with `server` on its standard input.
    ///
    /// - Throws: ``CredentialHelperError`` if the program cannot be started or times out; `CancellationError`.
    func get(_ server: String, from name: String) async throws -> CredentialHelperAnswer
}

/// The result of a credential helper.
package struct CredentialHelperAnswer: Sendable {
    /// Whether the exit status was 0.
    package let isSuccess: Bool
    /// The standard output.
    package let output: [UInt8]

    package init(isSuccess: Bool, output: [UInt8]) {
        self.isSuccess = isSuccess
        self.output = output
    }

    /// Parses the credentials in the output; `nil` if the helper has none.
    ///
    /// - Throws: ``CredentialHelperError``, without the helper's output, which may contain the secret.
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

/// A failure of a credential helper.
package struct CredentialHelperError: Error, Sendable {
    /// The problem, to follow the helper's name: `is not installed`.
    package let problem: String

    package init(_ problem: String) { self.problem = problem }
}
