import SystemIO

/// AWS credentials and endpoint from the standard AWS variables.
package struct AWSCredentials: Sendable, CustomStringConvertible {
    /// An access key of a user or a role.
    struct Key: Sendable {
        let id: String
        let secret: String
        /// The session token of temporary credentials.
        let sessionToken: String?
    }

    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`; `nil` if one of the first two is missing.
    let key: Key?
    /// `AWS_ENDPOINT_URL_ECR` without a trailing slash; `nil` for the default endpoint of the region.
    let endpoint: String?

    /// Reads the variables; an empty variable counts as unset.
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

    /// Omits the secrets.
    package var description: String { key.map { "key \($0.id)" } ?? "no key" }
}
