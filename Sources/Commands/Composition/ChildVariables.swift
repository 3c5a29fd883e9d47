import Registry

/// The environment variables of child processes: those of this process without secrets.
///
/// `RANCHER_IMAGES_…` are for this program only. Only credential helpers of ECR get the keys of AWS, and docker and helm if they are
/// configured with such a helper.
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
    /// - Parameter name: the name without `docker-credential-`.
    static func forHelper(_ name: String, _ environment: [String: String]) -> [String: String] {
        variables(environment, withKeys: needsKeys(name))
    }

    /// Whether a helper is for ECR, such as Amazon's `ecr-login`.
    private static func needsKeys(_ helper: String) -> Bool {
        let name = helper.lowercased()
        return name.contains("ecr") || name.contains("aws")
    }

    private static func variables(_ environment: [String: String], withKeys: Bool) -> [String: String] {
        environment.filter { name, _ in !name.hasPrefix(ownPrefix) && (withKeys || !keys.contains(name)) }
    }
}
