import ImageModel

/// What a token is asked for: actions on a repository (distribution, "Token scope").
struct TokenScope: Hashable, Sendable, Comparable {
    let text: String

    private init(_ text: String) { self.text = text }

    /// Reading from a repository.
    static func pull(_ repository: Repository) -> TokenScope { TokenScope("repository:\(repository.path):pull") }

    /// Writing into a repository.
    static func push(_ repository: Repository) -> TokenScope { TokenScope("repository:\(repository.path):pull,push") }

    static func < (left: TokenScope, right: TokenScope) -> Bool { left.text < right.text }
}
