import OCI

/// What a token is asked for: actions on a repository (distribution, "Token scope").
struct TokenScope: Hashable, Sendable, Comparable {
    let text: String

    private init(_ text: String) { self.text = text }

    /// Reading from a repository.
    static func pull(_ repository: Repository) -> TokenScope { TokenScope("repository:\(repository.path):pull") }

    /// Writing into a repository.
    static func push(_ repository: Repository) -> TokenScope { TokenScope("repository:\(repository.path):pull,push") }

    /// The scopes that a challenge asks for, parted by blanks.
    static func asked(by challenge: AuthenticationChallenge) -> Set<TokenScope> {
        Set((challenge.parameters["scope"] ?? "").split(separator: " ").map { TokenScope(String($0)) })
    }

    /// Whether it allows writing.
    var isPush: Bool { text.hasSuffix("push") }

    /// The path of the repository that a request is about: the one it writes into, where it reads from another too.
    static func repository(of scopes: Set<TokenScope>) -> String {
        let sorted = scopes.sorted()
        guard let scope = sorted.first(where: \.isPush) ?? sorted.first else { return "" }
        // A path has no colon; the name of the registry in front of it, which some put there, may.
        let parts = scope.text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count >= 3 ? parts[1..<parts.count - 1].joined(separator: ":") : ""
    }

    static func < (left: TokenScope, right: TokenScope) -> Bool { left.text < right.text }
}
