import HTTP
import OCI
import Synchronization

/// A client of any number of registries (OCI distribution-spec 1.1).
///
/// It limits nothing: callers say how many requests are under way.
package final class RegistryClient: Sendable {
    let http: HTTPClient
    let settings: RegistrySettings
    private let sessions = Mutex<[String: RegistrySession]>([:])
    private let largestRequests = Mutex<[String: Int64]>([:])
    /// Whether registries answer a question for a blob that nobody has as they should.
    let probes = Mutex<[String: SharedTask<Bool>]>([:])

    /// A client that makes its transfers with `http`.
    package init(http: HTTPClient, settings: RegistrySettings) {
        self.http = http
        self.settings = settings
    }

    /// Answers of errors are cut here, in bytes.
    static let errorLimit = 64 << 10

    /// How long an answer may take that is kept in memory: 4 MiB at the slowest.
    private static let answerSeconds = 300

    /// The most bytes that a request to a registry may have, as far as a proxy before it has refused more; `nil` for any number.
    func largestRequest(to domain: String) -> Int64? {
        largestRequests.withLock { $0[domain] }
    }

    /// Takes note of what a proxy before a registry may take.
    func note(largestRequest size: Int64, to domain: String) {
        largestRequests.withLock { $0[domain] = min($0[domain] ?? size, size) }
    }

    func session(for domain: String) -> RegistrySession {
        session(domain) { RegistrySession(domain: domain, http: http, settings: settings) }
    }

    func session(for mirror: RegistryMirror) -> RegistrySession {
        session(mirror.url) {
            // Nobody waits for a mirror: there are others, and the registry itself.
            var settings = settings
            settings.patience.duration = .zero
            return RegistrySession(domain: mirror.domain, mirror: mirror, http: http, settings: settings)
        }
    }

    private func session(_ key: String, _ make: () -> RegistrySession) -> RegistrySession {
        sessions.withLock { sessions in
            if let session = sessions[key] { return session }
            let session = make()
            sessions[key] = session
            return session
        }
    }

    /// The error for an answer of a registry that is no success.
    ///
    /// - Parameters:
    ///   - subject: what was asked for.
    ///   - isPush: whether that is a part of a push.
    ///   - existing: the digest of another manifest that has the name already; `nil` if that is not known.
    func refusal(
        _ response: HTTPResponse,
        from repository: Repository,
        asking subject: String,
        isPush: Bool = false,
        over existing: Digest? = nil
    ) async -> RegistryError {
        let isLogin = [401, 403].contains(response.head.status)
        let note = isLogin ? await session(for: repository.domain).note(for: repository.path) : nil
        return RegistryError(
            response,
            from: repository.domain,
            asking: subject,
            note,
            pushingTo: isPush ? repository : nil,
            over: existing
        )
    }

    /// Makes a request until its answer is final, and keeps the answer in memory.
    ///
    /// - Parameters:
    ///   - subject: what is asked for, in an error.
    ///   - limit: the most bytes that are kept of the answer, which is cut after them.
    ///   - finalStatuses: statuses that are not tried again, besides those that never are.
    ///   - isRetried: whether there is more than one try.
    func send(
        _ request: RegistryRequest,
        _ kind: HostRetryBudget.RequestKind,
        to domain: String,
        asking subject: String,
        limit: Int = errorLimit,
        finalStatuses: Set<Int> = [],
        isRetried: Bool = true
    ) async throws -> HTTPResponse {
        var timed = request
        timed.totalSeconds = Self.answerSeconds
        do {
            return try await settings.run(kind, to: domain, finalStatuses: finalStatuses, isRetried: isRetried) {
                let sink = ResponseBuffer(limit: limit)
                let head = try await perform(timed, to: domain, into: sink).head
                return HTTPResponse(head: head, body: sink.body)
            }
        } catch let error as HTTPError {
            throw RegistryError(error, asking: subject)
        }
    }

    /// Makes a request once; but it logs in again where the login has run out, and follows redirects.
    ///
    /// The login goes to the registry only, not to where it redirects: a host that wants one there gets its own. A sink sees
    /// the heads of such answers too.
    ///
    /// - Returns: the head, and the URL that gave it.
    func perform(
        _ request: RegistryRequest,
        by session: RegistrySession,
        into sink: any HTTPResponseSink
    ) async throws -> (head: HTTPResponseHead, url: String) {
        let endpoint = try await session.endpoint()
        var trail =
            switch request.target {
            case .path(let path): RedirectFollower(endpoint.url(path))
            case .url(let url): RedirectFollower(url)
            }
        var isRenewed = false
        var foreign: (origin: String, authorization: String)?
        while true {
            let isHome = Location.keepsLogin(from: endpoint.url(""), to: trail.url)
            let authorization =
                isHome
                ? try await session.authorization(for: request.scopes)
                : foreign?.origin == Location.origin(of: trail.url) ? foreign?.authorization : nil
            var headers = request.headers
            if let authorization { headers.add("Authorization", authorization) }
            var sent = HTTPRequest(
                request.method,
                trail.url,
                headers: headers,
                body: request.body,
                security: endpoint.security,
                stallSeconds: request.stallSeconds,
                totalSeconds: request.totalSeconds
            )
            sent.isURLGiven = trail.isRedirected || request.target.isGiven
            let head = try await http.answer(sent, into: sink)
            if head.status == 401, isHome, !isRenewed {
                isRenewed = true
                let fields = head.headers.values("WWW-Authenticate")
                if try await session.renew(
                    after: authorization,
                    scopes: request.scopes,
                    challenges: fields,
                    at: trail.url
                ) {
                    continue
                }
            }
            if head.status == 401, !isHome, foreign == nil, [.get, .head].contains(request.method),
                let other = try await foreignAuthorization(at: trail.url, head.headers.values("WWW-Authenticate"))
            {
                foreign = (Location.origin(of: trail.url), other)
                continue
            }
            guard try trail.follow(head, of: request.method) else {
                return (head.marked(from: trail.url, for: endpoint.url("")), trail.url)
            }
        }
    }

    /// Fetches from a URL that belongs to no registry: once, without a login, but with the redirects.
    func fetch(_ url: String, headers: HTTPHeaders, into sink: any HTTPResponseSink) async throws -> HTTPResponseHead {
        var trail = RedirectFollower(url)
        while true {
            var request = HTTPRequest(.get, trail.url, headers: headers)
            request.isURLGiven = true
            let head = try await http.answer(request, into: sink)
            guard try trail.follow(head, of: .get) else { return head.marked(from: trail.url, for: url) }
        }
    }
}
