import HTTP
import SystemIO

/// Finds the endpoint of a registry by requesting `/v2/` from each allowed candidate.
struct EndpointDiscovery: Sendable {
    /// The registry in a reference, or a mirror's host.
    let domain: String
    /// The mirror, if the registry is one.
    let mirror: RegistryMirror?
    let http: HTTPClient
    let settings: RegistrySettings

    /// The name in messages: a mirror's URL, otherwise `domain`.
    var name: String { mirror?.url ?? domain }

    /// The discovered endpoint.
    struct Outcome: Sendable {
        let endpoint: RegistryEndpoint
        /// The registry's authentication challenges.
        let challenges: [AuthenticationChallenge]
    }

    /// Finds the endpoint, with retries.
    ///
    /// - Throws: ``RegistryError`` if no endpoint works.
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

    /// The result of requesting each endpoint once.
    private enum Attempt {
        case reached(Outcome)
        case busy(HTTPResponse, url: String)
        /// No endpoint worked, with the most informative failure; `nil` if no endpoint is allowed.
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
            // The same endpoint with another client certificate helps only if the certificate was rejected.
            if let last, last.isSameWay(as: endpoint), failures.last?.mayBeForCertificate != true { continue }
            last = endpoint
            do {
                let request = HTTPRequest(.get, endpoint.url(""), security: endpoint.security, stallSeconds: 15)
                let (answer, url) = try await http.collectFollowing(request, limit: 1 << 20)
                switch Verdict(answer) {
                case .registry: return .reached(Self.outcome(answer, from: url, at: endpoint))
                case .busy: return .busy(answer, url: endpoint.url(""))
                case .proxyWantsLogin: failures.append(.proxyWantsLogin)
                case .notARegistry: failures.append(.notARegistry(url: endpoint.url(""), status: answer.head.status))
                }
            } catch let error as HTTPError {
                failures.append(.transfer(error))
            }
        }
        return .failed(Failure.mostInformative(of: failures))
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

    /// Returns the outcome for a response.
    ///
    /// If plain HTTP redirects to the same host's HTTPS, as nginx often does, HTTPS is used at once: a `POST` would not
    /// be redirected. Challenges of other hosts are ignored.
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
    /// The interpretation of a response to `GET /v2/`.
    enum Verdict: Equatable {
        case registry
        /// The server is not a registry.
        case notARegistry
        /// The proxy requires credentials.
        case proxyWantsLogin
        /// The server is temporarily unavailable.
        case busy

        /// A registry answers 200, 401 or 403 with its version, JSON or a challenge.
        ///
        /// Any other body except an HTML page is accepted too: static file servers send an `index.html` under another
        /// type, and Quay sends `true` as HTML, with its version.
        init(_ answer: HTTPResponse) {
            let headers = answer.head.headers
            switch answer.head.status {
            case 200, 401, 403:
                let type = headers["Content-Type"]?.lowercased() ?? ""
                let isChallenge = answer.head.status == 401 && headers["WWW-Authenticate"] != nil
                let speaks = headers["Docker-Distribution-Api-Version"] != nil || type.contains("json") || isChallenge
                let isPage = type.contains("html") && answer.body.contains(UInt8(ascii: "<"))
                self = speaks || !isPage ? .registry : .notARegistry
            case 407: self = .proxyWantsLogin
            case 408, 429, 500...: self = .busy
            default: self = .notARegistry
            }
        }
    }

    /// The failure of an endpoint.
    private enum Failure {
        case transfer(HTTPError)
        case notARegistry(url: String, status: Int)
        case proxyWantsLogin

        /// Returns the most informative failure.
        static func mostInformative(of failures: [Failure]) -> Failure? {
            failures.enumerated().max { ($0.element.weight, $1.offset) < ($1.element.weight, $0.offset) }?.element
        }

        /// The rank of a failure. A response is more informative than none; but one of two schemes always fails because
        /// of the presence or absence of TLS.
        private var weight: Int {
            switch self {
            case .transfer(let error): error.code == .tls ? 0 : 2
            case .notARegistry(_, let status): status == 400 ? 1 : 3
            case .proxyWantsLogin: 3
            }
        }

        /// Whether the client certificate may have been rejected. nginx does so with status 400.
        var mayBeForCertificate: Bool {
            switch self {
            case .transfer(let error): error.code == .certificateRequired
            case .notARegistry(_, let status): status == 400
            case .proxyWantsLogin: false
            }
        }

        var transfer: HTTPError? {
            if case .transfer(let error) = self { error } else { nil }
        }

        /// The reason after "cannot reach the registry".
        func reason(_ domain: String) -> String {
            switch self {
            case .transfer(let error): error.message + ErrorHint.text(on: error, for: domain)
            case .notARegistry(let url, let status):
                "it answers GET \(url) with \(status), as no registry does; check its name and its port"
            case .proxyWantsLogin:
                "the proxy wants a login (407): put its user and password into the proxy's variable, as in"
                    + " HTTP_PROXY=http://USER:PASSWORD@HOST:PORT"
            }
        }
    }
}
