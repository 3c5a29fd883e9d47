import HTTP
import OCI

/// A request to a registry, without what the registry's session adds: the way there and the login.
struct RegistryRequest: Sendable {
    /// Where the request goes.
    enum Target: Sendable {
        /// A path below `/v2/`.
        case path(String)
        /// A whole URL that the registry gave.
        case url(String)

        /// Whether the registry gave the URL.
        var isGiven: Bool { if case .url = self { true } else { false } }
    }

    var method: HTTPMethod
    var target: Target
    var headers = HTTPHeaders()
    var body = HTTPBody.none
    /// What the token must allow.
    var scopes: Set<TokenScope>
    /// How many of the mirrors, from the first on, are not asked.
    var mirrorsPassed = 0
    /// How long the transfer may stand still; `nil` for the client's own setting.
    var stallSeconds: Int?
    /// How long the whole transfer may take; `nil` for any time.
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

/// A sink has had enough of an answer, which may have no end.
struct TruncatedResponse: Error {
    let head: HTTPResponseHead
}

extension HTTPClient {
    /// As `perform`; an answer that its sink has had enough of is over.
    func answer(_ request: HTTPRequest, into sink: any HTTPResponseSink) async throws -> HTTPResponseHead {
        do {
            return try await perform(request, into: sink)
        } catch let cut as TruncatedResponse {
            return cut.head
        }
    }
}

/// Keeps the body of an answer in memory; each new head begins it anew.
///
/// One transfer at a time has it, on one thread, which is what `@unchecked` stands for.
final class ResponseBuffer: HTTPResponseSink, @unchecked Sendable {
    private(set) var body: [UInt8] = []
    private let limit: Int
    private var head = HTTPResponseHead(status: 0)

    /// - Parameter limit: the most bytes that are kept, of errors ``RegistryClient/errorLimit``; the answer is cut after them.
    init(limit: Int) { self.limit = limit }

    func begin(_ head: HTTPResponseHead) {
        self.head = head
        body = []
    }

    func receive(_ bytes: UnsafeRawBufferPointer) throws(TruncatedResponse) {
        let room = (head.status < 400 ? limit : min(limit, RegistryClient.errorLimit)) - body.count
        body.append(contentsOf: bytes.prefix(room))
        guard bytes.count <= room else { throw TruncatedResponse(head: head) }
    }
}
