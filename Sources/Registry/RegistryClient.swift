import HTTP
import ImageModel
import Synchronization

/// A client of any number of registries (OCI distribution-spec 1.1).
///
/// It limits nothing: callers say how many requests are under way.
public final class RegistryClient: Sendable {
    private let http: HTTPClient
    let settings: RegistrySettings
    private let sessions = Mutex<[String: RegistrySession]>([:])

    /// A client that makes its transfers with `http`.
    public init(http: HTTPClient, settings: RegistrySettings) {
        self.http = http
        self.settings = settings
    }

    /// Answers of errors are cut here, in bytes.
    static let errorLimit = 64 << 10

    private func session(for domain: String) -> RegistrySession {
        sessions.withLock { sessions in
            if let session = sessions[domain] { return session }
            let session = RegistrySession(domain: domain, http: http, settings: settings)
            sessions[domain] = session
            return session
        }
    }

    /// Makes a request until its answer is final, and keeps the answer in memory.
    ///
    /// - Parameters:
    ///   - subject: what is asked for, in an error.
    ///   - limit: the most bytes that the answer may have; what comes after them is dropped.
    ///   - isOneTry: whether the first answer is final.
    func send(
        _ request: RegistryRequest,
        to domain: String,
        asking subject: String,
        limit: Int = errorLimit,
        isOneTry: Bool = false
    ) async throws -> HTTPResponse {
        var retry = settings.retry
        if isOneTry { retry.attempts = 1 }
        do {
            return try await retry.run {
                let sink = AnswerSink(limit: limit)
                let head = try await perform(request, to: domain, into: sink).head
                return HTTPResponse(head: head, body: sink.body)
            }
        } catch let error as HTTPError {
            throw RegistryError(error, asking: subject)
        }
    }

    /// Makes a request once; but it logs in again where the login has run out, and follows redirects.
    ///
    /// The login goes to the registry only, not to where it redirects. A sink sees the heads of such answers too.
    ///
    /// - Returns: the head, and the URL that gave it.
    func perform(
        _ request: RegistryRequest,
        to domain: String,
        into sink: any HTTPResponseSink
    ) async throws -> (head: HTTPResponseHead, url: String) {
        let session = session(for: domain)
        let endpoint = try await session.endpoint()
        let home = Location.origin(of: endpoint.url(""))
        var url =
            switch request.target {
            case .path(let path): endpoint.url(path)
            case .url(let url): url
            }
        var redirects = 0
        var isRenewed = false
        while true {
            let isHome = Location.origin(of: url) == home
            let authorization = isHome ? try await session.authorization(for: request.scopes) : nil
            var headers = request.headers
            if let authorization { headers.add("Authorization", authorization) }
            let head = try await http.perform(
                HTTPRequest(
                    request.method,
                    url,
                    headers: headers,
                    body: request.body,
                    security: endpoint.security,
                    stallSeconds: request.stallSeconds
                ),
                into: sink
            )
            if head.status == 401, isHome, !isRenewed {
                isRenewed = true
                let fields = head.headers.values("WWW-Authenticate")
                if await session.renew(after: authorization, scopes: request.scopes, challenges: fields) { continue }
            }
            if let location = Self.redirect(request.method, head) {
                redirects += 1
                guard redirects <= Self.redirectLimit else {
                    throw RegistryError(.refused, "\(domain) redirects more than \(Self.redirectLimit) times")
                }
                url = Location.resolve(location, relativeTo: url)
                continue
            }
            return (head, url)
        }
    }

    /// Fetches from a URL that belongs to no registry: once, without a login, but with the redirects.
    func fetch(_ url: String, headers: HTTPHeaders, into sink: any HTTPResponseSink) async throws -> HTTPResponseHead {
        var url = url
        for _ in 0...Self.redirectLimit {
            let head = try await http.perform(HTTPRequest(.get, url, headers: headers), into: sink)
            guard let location = Self.redirect(.get, head) else { return head }
            let next = Location.resolve(location, relativeTo: url)
            guard next.hasPrefix("https://") || url.hasPrefix("http://") else {
                throw RegistryError(.refused, "\(Location.origin(of: url)) redirects to an address without TLS")
            }
            url = next
        }
        throw RegistryError(.refused, "\(Location.origin(of: url)) redirects more than \(Self.redirectLimit) times")
    }

    private static let redirectLimit = 10

    /// Where to, if the answer is a redirect that the method may follow.
    private static func redirect(_ method: HTTPMethod, _ head: HTTPResponseHead) -> String? {
        let isRead = method == .get || method == .head
        let isRedirect = [307, 308].contains(head.status) || (isRead && [301, 302, 303].contains(head.status))
        return isRedirect ? head.headers["Location"] : nil
    }
}
