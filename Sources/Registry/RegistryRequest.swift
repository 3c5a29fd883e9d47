import HTTP
import ImageModel

/// A request to a registry, without the scheme, the host and the login, which the registry's session adds.
struct RegistryRequest: Sendable {
    /// Where the request goes.
    enum Target: Sendable {
        /// A path below `/v2/`.
        case path(String)
        /// A whole URL that the registry gave.
        case url(String)
    }

    var method: HTTPMethod
    var target: Target
    var headers = HTTPHeaders()
    var body = HTTPBody.none
    /// What the token must allow.
    var scopes: Set<TokenScope>
    /// How long the transfer may stand still; `nil` for the client's own setting.
    var stallSeconds: Int?

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

/// Keeps the body of an answer in memory; each new head begins it anew.
///
/// One transfer at a time has it, on one thread, which is what `@unchecked` stands for.
final class AnswerSink: HTTPResponseSink, @unchecked Sendable {
    private(set) var body: [UInt8] = []
    private let limit: Int

    /// - Parameter limit: the most bytes that are kept; what comes after them is dropped.
    init(limit: Int) { self.limit = limit }

    func begin(_ head: HTTPResponseHead) {
        body = []
    }

    func receive(_ bytes: UnsafeRawBufferPointer) {
        body.append(contentsOf: bytes.prefix(limit - body.count))
    }
}
