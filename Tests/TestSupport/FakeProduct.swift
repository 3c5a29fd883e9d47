import FoundationEssentials

/// A registry product, after its documentation and reports of users: its peculiarities and its login.
public struct FakeProduct: Sendable, CustomStringConvertible {
    /// Its name.
    public let description: String
    /// Its behavior.
    public let switches: FakeSwitches
    /// The entry of `docker login` for it, as JSON without braces.
    public let login: String

    /// The prefix of the names of its repositories.
    public var namePrefix: String { switches.peculiarities.namePrefix }

    private init(
        _ name: String,
        _ authentication: FakeSwitches.Authentication,
        login: String? = nil,
        _ change: (inout FakeSwitches) -> Void
    ) {
        description = name
        var switches = FakeSwitches()
        switches.authentication = authentication
        change(&switches)
        self.switches = switches
        let words: String? =
            switch authentication {
            case .none: nil
            case .basic(let user, let password), .token(let user, let password, _): "\(user):\(password)"
            }
        self.login = login ?? words.map { #""auth":"\#(Data($0.utf8).base64EncodedString())""# } ?? ""
    }

    /// All products.
    public static let all = [
        harbor, nexus, nexusPort, artifactoryPath, artifactorySubdomain, ecr, acr, gitLab, quay, dockerHub,
    ]

    private static let user = FakeSwitches.Authentication.token(user: "me", password: "p@ss", anonymousPull: false)

    /// Harbor 2: its token server, and projects.
    public static let harbor = FakeProduct("Harbor", user) {
        $0.peculiarities.tokenPath = "/service/token"
        $0.peculiarities.service = "harbor-registry"
        $0.peculiarities.projects = .harbor(projects: ["rancher", "mirror"], mayMake: true)
    }

    /// Nexus by path, its realm for tokens not switched on: the login goes with each request, and repositories cannot mount.
    public static let nexus = FakeProduct("Nexus by path", .basic(user: "me", password: "p@ss")) {
        $0.peculiarities.service = "Sonatype Nexus Repository Manager"
        $0.peculiarities.namePrefix = "repository/docker-hosted/"
        $0.location = .relative
        $0.mounts = false
    }

    /// Nexus with a connector, a port of its own for each of its repositories.
    public static let nexusPort = FakeProduct("Nexus by port", .basic(user: "me", password: "p@ss")) {
        $0.peculiarities.service = "Sonatype Nexus Repository Manager"
        $0.location = .relative
        $0.mounts = false
    }

    /// Artifactory with its repositories in the path: uploads go to its own API.
    public static let artifactoryPath = FakeProduct("Artifactory by path", user) {
        $0.peculiarities.tokenPath = "/artifactory/api/docker/docker-local/v2/token"
        $0.peculiarities.tokenField = "access_token"
        $0.peculiarities.namePrefix = "docker-local/"
        $0.peculiarities.uploadPrefix = "/artifactory/api/docker"
    }

    /// Artifactory with a host for each of its repositories.
    public static let artifactorySubdomain = FakeProduct("Artifactory by subdomain", user) {
        $0.peculiarities.tokenPath = "/v2/token"
        $0.peculiarities.uploadPrefix = "/artifactory/api/docker/docker-local"
        $0.omitsDigests = true
    }

    /// ECR: a login with the user `AWS`, layers from S3, which takes no login with a signed URL, and repositories.
    public static let ecr = FakeProduct("ECR", .basic(user: "AWS", password: String(repeating: "eyJ", count: 800))) {
        $0.peculiarities.service = "https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/"
        $0.peculiarities.projects = .ecr(
            repositories: ["rancher/x", "rancher/y", "mirror/rancher/x", "mirror/rancher/y"]
        )
        $0.peculiarities.storageRefusesLogins = true
        $0.redirectsBlobs = true
        $0.dropsBrokenUploads = false
    }

    /// ACR: a refresh token as the login, and a storage that refuses logins.
    public static let acr = FakeProduct(
        "ACR",
        .token(user: "00000000-0000-0000-0000-000000000000", password: "refresh.me", anonymousPull: false),
        login: """
            "auth":"\(Data("00000000-0000-0000-0000-000000000000:".utf8).base64EncodedString())","identitytoken":"refresh.me"
            """
    ) {
        $0.peculiarities.tokenPath = "/oauth2/token"
        $0.peculiarities.tokenField = "access_token"
        $0.peculiarities.service = "127.0.0.1"
        $0.peculiarities.wantsRefreshToken = true
        $0.peculiarities.storageRefusesLogins = true
        $0.redirectsBlobs = true
        $0.location = .relative
    }

    /// GitLab: a token server that refuses groups, and omits the lifetime of its tokens.
    public static let gitLab = FakeProduct("GitLab", user) {
        $0.peculiarities.tokenPath = "/jwt/auth"
        $0.peculiarities.service = "container_registry"
        $0.peculiarities.projects = .gitLab(groups: ["rancher", "mirror"])
        $0.tokenSeconds = nil
    }

    /// Quay: `true` as a page, and a refusal of mounts.
    public static let quay = FakeProduct("Quay", user) {
        $0.peculiarities.tokenPath = "/v2/auth"
        $0.peculiarities.service = "quay.io"
        $0.peculiarities.ping = LoopbackResponse(
            headers: ["Content-Type": "text/html; charset=utf-8", "Docker-Distribution-API-Version": "registry/2.0"],
            text: "true"
        )
        $0.tokenSeconds = nil
        $0.peculiarities.refusesMounts = true
    }

    /// Docker Hub: it counts pulls.
    public static let dockerHub = FakeProduct("Docker Hub", user) {
        $0.peculiarities.service = "registry.docker.io"
        $0.peculiarities.pullsLeft = 100
        $0.redirectsBlobs = true
    }
}
