import SystemIO

/// How the services of AWS are reached, by the variables that all programs of AWS read.
package struct AWSCredentials: Sendable, CustomStringConvertible {
    /// A key of a user or a role.
    struct Key: Sendable {
        let id: String
        let secret: String
        /// Belongs to a key that is good for some hours only.
        let sessionToken: String?
    }

    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`; `nil` where one of the first two is missing.
    let key: Key?
    /// `AWS_ENDPOINT_URL_ECR`, without a slash at its end: where the API of ECR is, if not where its region has it.
    let endpoint: String?

    /// Reads the variables; an empty one is not set.
    package init(environment: Environment) {
        if let id = environment.value(of: "AWS_ACCESS_KEY_ID"),
            let secret = environment.value(of: "AWS_SECRET_ACCESS_KEY")
        {
            key = Key(id: id, secret: secret, sessionToken: environment.value(of: "AWS_SESSION_TOKEN"))
        } else {
            key = nil
        }
        endpoint = environment.value(of: "AWS_ENDPOINT_URL_ECR").map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    }

    /// Without the secrets.
    package var description: String { key.map { "key \($0.id)" } ?? "no key" }
}
