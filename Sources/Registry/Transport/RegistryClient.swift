import HTTP
import OCI
import Synchronization
import SystemIO

/// A client of any number of registries (OCI distribution-spec 1.1).
///
/// The client does not limit concurrency; callers do.
package final class RegistryClient: Sendable {
    let http: HTTPClient
    let settings: RegistrySettings
    private let sessions = Mutex<[String: RegistrySession]>([:])
    private let largestRequests = Mutex<[String: Int64]>([:])
    /// Whether each registry reports a nonexistent blob as missing.
    let probes = Mutex<[String: SharedTask<Bool>]>([:])

    package init(http: HTTPClient, settings: RegistrySettings) {
        self.http = http
        self.settings = settings
    }

    /// The maximum size of error responses in bytes; the rest is cut.
    static let errorLimit = 64 << 10

    /// The time limit for a response that is kept in memory, enough for 4 MiB at the slowest rate.
    private static let answerSeconds = 300

    /// Returns the request size that a proxy in front of the registry accepts, if it rejected larger ones; `nil` for no
    /// limit.
    func largestRequest(to domain: String) -> Int64? {
        largestRequests.withLock { $0[domain] }
    }

    /// Records the request size that a proxy in front of a registry accepts.
    func record(largestRequest size: Int64, to domain: String) {
        largestRequests.withLock { $0[domain] = min($0[domain] ?? size, size) }
    }

    func session(for domain: String) -> RegistrySession {
        session(domain) { RegistrySession(domain: domain, http: http, settings: settings) }
    }

    func session(for mirror: RegistryMirror) -> RegistrySession {
        session(mirror.url) {
            // Mirrors are not retried: there are others, and the registry itself.
            var settings = settings
            settings.retryPolicy.duration = .zero
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

    /// Returns the error for an unsuccessful response.
    ///
    /// - Parameters:
    ///   - subject: The subject of the request.
    ///   - isPush: Whether the request is part of a push.
    ///   - existing: The digest of another manifest with the same name; `nil` if unknown.
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

    /// Sends a request until its response is final, and returns the response in memory.
    ///
    /// - Parameters:
    ///   - subject: The subject of error messages.
    ///   - limit: The maximum size of the response; the rest is cut.
    ///   - finalStatuses: Additional statuses that are not retried.
    ///   - isRetried: Whether failures are retried.
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
                try await collect(timed, to: domain, limit: limit).response
            }
        } catch let error as HTTPError {
            throw RegistryError(error, asking: subject)
        }
    }

    /// Sends a request once and returns the response in memory.
    ///
    /// - Parameter limit: The maximum size of the response, for errors at most ``errorLimit``; the rest is cut.
    /// - Returns: The response and its URL.
    func collect(
        _ request: RegistryRequest,
        to domain: String,
        limit: Int = errorLimit
    ) async throws -> (response: HTTPResponse, url: String) {
        let body = MemorySink(limit: limit, excess: ResponseTruncated())
        let (head, url) = try await perform(request, to: domain) { head in
            body.restart()
            body.limit = head.status < 400 ? limit : min(limit, Self.errorLimit)
            return body
        }
        return (HTTPResponse(head: head, body: body.bytes), url)
    }

    /// Sends a request once, but renews expired tokens and follows redirects.
    ///
    /// Credentials are sent only to the registry; a redirect target that requires credentials receives its own. The
    /// sink also receives the heads of intermediate responses.
    ///
    /// - Returns: The head and its URL.
    func perform(
        _ request: RegistryRequest,
        by session: RegistrySession,
        into sink: @escaping HTTPResponseSink
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
            let head = try await http.perform(sent, into: sink)
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

    /// Sends a request for a URL outside of registries, once and without credentials, and follows redirects.
    func fetch(_ url: String, headers: HTTPHeaders, into sink: @escaping HTTPResponseSink) async throws
        -> HTTPResponseHead
    {
        var trail = RedirectFollower(url)
        while true {
            var request = HTTPRequest(.get, trail.url, headers: headers)
            request.isURLGiven = true
            let head = try await http.perform(request, into: sink)
            guard try trail.follow(head, of: .get) else { return head.marked(from: trail.url, for: url) }
        }
    }
}
