/// The behavior of a product that differs from distribution, the reference implementation.
public struct FakePeculiarities: Sendable {
    /// A resource that must exist before the first push.
    public enum Projects: Sendable, Hashable {
        /// Any repository is made by the first push into it.
        case none
        /// Harbor's projects, which its API creates if the user may.
        case harbor(projects: Set<String>, mayMake: Bool)
        /// ECR's repositories.
        case ecr(repositories: Set<String>)
        /// GitLab's groups. Its token server issues no token for other groups.
        case gitLab(groups: Set<String>)
    }

    /// The location of the token server.
    public var tokenPath = "/token"
    /// The name of the token in its responses.
    public var tokenField = "token"
    /// Whether it accepts only the refresh token that is the user's password, as an OAuth2 form.
    public var wantsRefreshToken = false
    /// The service name in challenges.
    public var service = "fake-registry"
    /// The response to `GET /v2/` with valid credentials.
    public var ping = LoopbackResponse(headers: ["Content-Type": "application/json"], text: "{}")
    /// The path before `/v2/` in the `Location` of uploads.
    public var uploadPrefix = ""
    /// The prefix of the names of all repositories; other names are answered with an HTML page.
    public var namePrefix = ""
    /// Whether the storage refuses requests with the registry's credentials.
    public var storageRefusesLogins = false
    /// Whether it rejects mounts.
    public var refusesMounts = false
    /// Whether existing tags are immutable.
    public var tagsAreImmutable = false
    /// The number of manifests that may still be pulled; `nil` for no limit.
    public var pullsLeft: Int?
    /// The resource that must exist before the first push.
    public var projects = Projects.none

    /// The behavior of distribution.
    public init() {}
}
