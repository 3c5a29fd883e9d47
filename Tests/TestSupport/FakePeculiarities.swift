/// What a product has that distribution, the registry that all of them are measured by, does not have.
public struct FakePeculiarities: Sendable {
    /// What has to be there before the first push, and is not made by it.
    public enum Rooms: Sendable, Hashable {
        /// Any repository is made by the first push into it.
        case none
        /// Harbor's projects, which its API makes for the user, where that may.
        case harbor(projects: Set<String>, mayMake: Bool)
        /// ECR's repositories.
        case ecr(repositories: Set<String>)
        /// GitLab's groups, for others of which its token server gives no token.
        case gitLab(groups: Set<String>)
    }

    /// Where the token server is.
    public var tokenPath = "/token"
    /// What its answers call the token.
    public var tokenField = "token"
    /// Whether it takes nothing but the refresh token that is the user's password, in OAuth2's form.
    public var wantsRefreshToken = false
    /// What challenges call the registry.
    public var service = "fake-registry"
    /// The answer to `GET /v2/` of who may.
    public var ping = LoopbackResponse(headers: ["Content-Type": "application/json"], text: "{}")
    /// What stands before `/v2/` in the `Location` of uploads.
    public var uploadPrefix = ""
    /// What the names of all repositories begin with; others lead to a page for people.
    public var namePrefix = ""
    /// Whether the storage refuses requests with a login that is not its own.
    public var storageRefusesLogins = false
    /// Whether a question for a mount is no question that it knows.
    public var refusesMounts = false
    /// Whether a tag that is there stays as it is.
    public var tagsAreImmutable = false
    /// How many more manifests may be pulled; `nil` for any number.
    public var pullsLeft: Int?
    /// What has to be there before the first push.
    public var rooms = Rooms.none

    /// Nothing peculiar.
    public init() {}
}
