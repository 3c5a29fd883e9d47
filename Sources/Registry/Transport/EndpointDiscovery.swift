import HTTP
import SystemIO

/// Finds out how a registry is reached, by asking `/v2/` by each way that is allowed.
struct EndpointDiscovery: Sendable {
    /// The registry in a reference, or a mirror's host.
    let domain: String
    /// The mirror that it is, if it is one.
    let mirror: RegistryMirror?
    let http: HTTPClient
    let settings: RegistrySettings

    /// What it is called where it is told of: a mirror by its URL.
    var name: String { mirror?.url ?? domain }

    /// A registry that was reached.
    struct Outcome: Sendable {
        let endpoint: RegistryEndpoint
        /// How it wants to be logged in to.
        let challenges: [AuthenticationChallenge]
    }

    /// Reaches the registry, with as many tries as the patience with it allows.
    ///
    /// - Throws: ``RegistryError`` if no way leads to it.
    func outcome() async throws -> Outcome {
        let tries = settings.tries(.ping, to: name)
        while true {
            do {
                try await tries.begin()
            } catch let error as HTTPError {
                throw Self.failure(.transfer(error), domain)
            }
            let (failure, wait): (RegistryError, Duration?)
            let cause: RegistryEvent.Cause
            switch try await attempt() {
            case .reached(let outcome):
                tries.progress()
                return outcome
            case .busy(let answer, let url):
                failure = RegistryError(answer, from: domain, asking: "GET \(url)")
                wait = tries.wait(after: answer)
                cause = .status(answer.head.status)
            case .failed(let reason):
                failure = Self.failure(reason, domain)
                wait = reason?.transfer.flatMap { tries.wait(after: $0) }
                cause = .failure(reason?.transfer?.message ?? "")
            }
            guard let wait else { throw failure }
            try await settings.pause(wait, before: name, cause)
        }
    }

    /// What asking by each way once came to.
    private enum Attempt {
        case reached(Outcome)
        case busy(HTTPResponse, url: String)
        /// No way led to the registry, for the reason that tells the most; `nil` if no way is allowed.
        case failed(Failure?)
    }

    private static func failure(_ failure: Failure?, _ domain: String) -> RegistryError {
        RegistryError(
            .unreachable,
            "cannot reach the registry \(domain): \(failure?.reason(domain) ?? "no way is allowed")"
        )
    }

    private func attempt() async throws -> Attempt {
        var failures: [Failure] = []
        var last: RegistryEndpoint?
        for endpoint in try await candidates() {
            // The same way with another client certificate leads further only where it is the certificate that was refused.
            if let last, last.isSameWay(as: endpoint), failures.last?.mayBeForCertificate != true { continue }
            last = endpoint
            do {
                let request = HTTPRequest(.get, endpoint.url(""), security: endpoint.security, stallSeconds: 15)
                let (answer, url) = try await http.collectFollowing(request, limit: 1 << 20)
                switch Verdict(answer) {
                case .registry: return .reached(Self.outcome(answer, from: url, at: endpoint))
                case .busy: return .busy(answer, url: endpoint.url(""))
                case .proxyWantsLogin: failures.append(.proxyWantsLogin)
                case .stranger: failures.append(.stranger(url: endpoint.url(""), status: answer.head.status))
                }
            } catch let error as HTTPError {
                failures.append(.transfer(error))
            }
        }
        return .failed(Failure.telling(of: failures))
    }

    private func candidates() async throws -> [RegistryEndpoint] {
        let isInsecure = await settings.insecureRegistries.contains(domain)
        let securities = try await onThread { [settings, domain] in
            try settings.certificates?.securities(for: domain) ?? [.verified]
        }
        guard let mirror else {
            return RegistryEndpoint.candidates(for: domain, isInsecure: isInsecure, securities: securities)
        }
        let isInsecureMirror = isInsecure || Authority(domain)?.isLoopback == true
        return securities.map { mirror.endpoint(isInsecure: isInsecureMirror, security: $0) }
    }

    /// What an answer means for the requests to come.
    ///
    /// Where plain http leads to the same host's https, as nginx is often set up, the registry is reached there at once: a
    /// `POST` would not get that far. What another host says of logins is no matter of this registry.
    private static func outcome(_ answer: HTTPResponse, from url: String, at endpoint: RegistryEndpoint) -> Outcome {
        guard Location.keepsLogin(from: endpoint.url(""), to: url) else {
            return Outcome(endpoint: endpoint, challenges: [])
        }
        var endpoint = endpoint
        let (start, end) = ("https://", "/v2/")
        if endpoint.scheme == "http", url.hasPrefix(start), url.hasSuffix(end) {
            let authority = String(url.dropFirst(start.count).dropLast(end.count))
            endpoint = RegistryEndpoint(scheme: "https", authority: authority, security: endpoint.security)
        }
        let fields = answer.head.status == 401 ? answer.head.headers.values("WWW-Authenticate") : []
        return Outcome(endpoint: endpoint, challenges: AuthenticationChallenge.parse(fields))
    }
}

extension EndpointDiscovery {
    /// What an answer to `GET /v2/` tells.
    enum Verdict: Equatable {
        case registry
        /// Something answers, but not as a registry does.
        case stranger
        /// The proxy on the way wants a login.
        case proxyWantsLogin
        /// What is there cannot answer now.
        case busy

        /// A registry answers 200, 401 or 403, with its version, JSON or a challenge.
        ///
        /// Any other answer of these will do but a page for people: registries of files behind a web server send what that
        /// makes of a file called `index.html`, and Quay sends `true` as HTML, with its version.
        init(_ answer: HTTPResponse) {
            let headers = answer.head.headers
            switch answer.head.status {
            case 200, 401, 403:
                let type = headers["Content-Type"]?.lowercased() ?? ""
                let isChallenge = answer.head.status == 401 && headers["WWW-Authenticate"] != nil
                let speaks = headers["Docker-Distribution-Api-Version"] != nil || type.contains("json") || isChallenge
                let isPage = type.contains("html") && answer.body.contains(UInt8(ascii: "<"))
                self = speaks || !isPage ? .registry : .stranger
            case 407: self = .proxyWantsLogin
            case 408, 429, 500...: self = .busy
            default: self = .stranger
            }
        }
    }

    /// Why a way led nowhere.
    private enum Failure {
        case transfer(HTTPError)
        case stranger(url: String, status: Int)
        case proxyWantsLogin

        /// The failure that tells the most.
        static func telling(of failures: [Failure]) -> Failure? {
            failures.enumerated().max { ($0.element.weight, $1.offset) < ($1.element.weight, $0.offset) }?.element
        }

        /// An answer tells more than none; but that nobody speaks TLS there, or nothing but TLS, are what one of two ways
        /// always comes to.
        private var weight: Int {
            switch self {
            case .transfer(let error): error.code == .tls ? 0 : 2
            case .stranger(_, let status): status == 400 ? 1 : 3
            case .proxyWantsLogin: 3
            }
        }

        /// Whether it may be the client certificate that was refused. nginx does so with an answer, of status 400.
        var mayBeForCertificate: Bool {
            switch self {
            case .transfer(let error): error.code == .certificateRequired
            case .stranger(_, let status): status == 400
            case .proxyWantsLogin: false
            }
        }

        var transfer: HTTPError? {
            if case .transfer(let error) = self { error } else { nil }
        }

        /// As it reads after "cannot reach the registry".
        func reason(_ domain: String) -> String {
            switch self {
            case .transfer(let error): error.message + ErrorHint.text(on: error, for: domain)
            case .stranger(let url, let status):
                "it answers GET \(url) with \(status), as no registry does; check its name and its port"
            case .proxyWantsLogin:
                "the proxy wants a login (407): put its user and password into the proxy's variable, as in"
                    + " HTTP_PROXY=http://USER:PASSWORD@HOST:PORT"
            }
        }
    }
}
