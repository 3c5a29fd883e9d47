import OCI

/// The scope of a token: actions on a repository (distribution, "Token scope").
struct TokenScope: Hashable, Sendable, Comparable {
    let text: String

    private init(_ text: String) { self.text = text }

    /// Read access to a repository.
    static func pull(_ repository: Repository) -> TokenScope { TokenScope("repository:\(repository.path):pull") }

    /// Write access to a repository.
    static func push(_ repository: Repository) -> TokenScope { TokenScope("repository:\(repository.path):pull,push") }

    /// Returns the space-separated scopes that a challenge requests.
    static func asked(by challenge: AuthenticationChallenge) -> Set<TokenScope> {
        Set((challenge.parameters["scope"] ?? "").split(separator: " ").map { TokenScope(String($0)) })
    }

    /// Whether the scope allows writing.
    var isPush: Bool { text.hasSuffix("push") }

    /// Returns the path of a request's repository: the written one, if the request also reads from another.
    static func repository(of scopes: Set<TokenScope>) -> String {
        let sorted = scopes.sorted()
        guard let scope = sorted.first(where: \.isPush) ?? sorted.first else { return "" }
        // A path has no colon; the registry's name, which some servers prepend, may have one.
        let parts = scope.text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count >= 3 ? parts[1..<parts.count - 1].joined(separator: ":") : ""
    }

    static func < (left: TokenScope, right: TokenScope) -> Bool { left.text < right.text }
}
