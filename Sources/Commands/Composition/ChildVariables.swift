import Registry

/// The variables that the commands of a run get: those of this process without the secrets that are not for them.
///
/// `RANCHER_IMAGES_…` are this program's own. The keys of AWS reach only what can need them: credential helpers of ECR, and docker and
/// helm if they are configured with such a helper, which they start themselves.
enum ChildVariables {
    private static let ownPrefix = "RANCHER_IMAGES_"
    private static let keys: Set = [
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    ]

    /// The variables for docker and helm.
    static func forDocker(_ environment: [String: String]) -> [String: String] {
        let helpers = CredentialStore.helperNames(in: environment)
        return variables(environment, withKeys: helpers.contains(where: needsKeys))
    }

    /// The variables for a credential helper.
    ///
    /// - Parameter name: without `docker-credential-`.
    static func forHelper(_ name: String, _ environment: [String: String]) -> [String: String] {
        variables(environment, withKeys: needsKeys(name))
    }

    /// Whether a helper is one for ECR, as Amazon's `ecr-login` is.
    private static func needsKeys(_ helper: String) -> Bool {
        let name = helper.lowercased()
        return name.contains("ecr") || name.contains("aws")
    }

    private static func variables(_ environment: [String: String], withKeys: Bool) -> [String: String] {
        environment.filter { name, _ in !name.hasPrefix(ownPrefix) && (withKeys || !keys.contains(name)) }
    }
}
