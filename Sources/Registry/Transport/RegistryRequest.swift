import HTTP
import OCI

/// A request to a registry, without endpoint and credentials, which the registry's session adds.
struct RegistryRequest: Sendable {
    /// The target of a request.
    enum Target: Sendable {
        /// A path below `/v2/`.
        case path(String)
        /// An absolute URL from the registry.
        case url(String)

        /// Whether the URL comes from the registry.
        var isGiven: Bool { if case .url = self { true } else { false } }
    }

    var method: HTTPMethod
    var target: Target
    var headers = HTTPHeaders()
    var body = HTTPBody.none
    /// The scopes of the token.
    var scopes: Set<TokenScope>
    /// The number of mirrors to skip.
    var mirrorsPassed = 0
    /// The stall timeout; `nil` for the client's default.
    var stallSeconds: Int?
    /// The time limit for the complete transfer; `nil` for none.
    var totalSeconds: Int?

    init(
        _ method: HTTPMethod,
        _ target: Target,
        headers: HTTPHeaders = HTTPHeaders(),
        body: HTTPBody = .none,
        scopes: Set<TokenScope>,
        stallSeconds: Int? = nil
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.scopes = scopes
        self.stallSeconds = stallSeconds
    }
}
