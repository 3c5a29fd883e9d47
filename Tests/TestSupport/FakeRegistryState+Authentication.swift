import FoundationEssentials

/// An action on a repository, as a token permits it (distribution, docs/spec/auth/scope.md).
struct FakeScope: Hashable {
    var repository: String
    var action: String

    /// The first part of the repository's name.
    var project: String { String(repository.prefix { $0 != "/" }) }
}

extension FakeRegistryState {
    /// The response to a request without sufficient credentials; `nil` if the request is permitted.
    func refusal(_ request: LoopbackRequest, _ route: FakeRegistryRoute) -> LoopbackResponse? {
        let given = request.headers["Authorization"]
        switch switches.authentication {
        case .none:
            return nil
        case .basic(let user, let password):
            return given == Self.basic(user, password)
                ? nil : Self.unauthorized(#"Basic realm="\#(switches.peculiarities.service)""#)
        case .token:
            let needed = Self.needed(request, route)
            let granted = given.flatMap { $0.hasPrefix("Bearer ") ? tokens[String($0.dropFirst(7))] : nil }
            if let granted, granted.isSuperset(of: needed) { return nil }
            return Self.unauthorized(challenge(request, needed, granted == nil ? nil : "insufficient_scope"))
        }
    }

    /// Answers `GET /token` (distribution, docs/spec/auth/token.md) with the requested scopes that the user is permitted.
    mutating func token(_ request: LoopbackRequest) -> LoopbackResponse {
        guard case .token(let user, let password, let anonymousPull) = switches.authentication else {
            return LoopbackResponse(status: 404, text: "404 page not found\n")
        }
        let peculiarities = switches.peculiarities
        let given = request.headers["Authorization"]
        let form = LoopbackRequest.fields(of: String(decoding: request.body, as: UTF8.self))
        let isUser =
            peculiarities.wantsRefreshToken
            ? request.method == "POST" && form("grant_type") == ["refresh_token"] && form("refresh_token") == [password]
                && form("service") == [peculiarities.service]
            : given == Self.basic(user, password)
        guard isUser || given == nil && anonymousPull else {
            return .registryError(401, "UNAUTHORIZED")
        }
        let asked = (request.query("scope") + form("scope")).flatMap { $0.split(separator: " ") }.flatMap(Self.scopes)
        if case .gitLab(let groups) = peculiarities.projects, asked.contains(where: { !groups.contains($0.project) }) {
            return .registryError(403, "DENIED", "access forbidden")
        }
        issued += 1
        let token = "token-\(issued)"
        tokens[token] = Set(asked.filter { isUser || $0.action == "pull" })
        let life = switches.tokenSeconds.map { #","expires_in":\#($0)"# } ?? ""
        return LoopbackResponse(
            headers: ["Content-Type": "application/json"],
            text: #"{"\#(peculiarities.tokenField)":"\#(token)"\#(life)}"#
        )
    }

    private func challenge(_ request: LoopbackRequest, _ needed: Set<FakeScope>, _ error: String?) -> String {
        let host = request.headers["Host"] ?? ""
        let scope = Dictionary(grouping: needed, by: \.repository).sorted { $0.key < $1.key }
            .map { "repository:\($0.key):\($0.value.map(\.action).sorted().joined(separator: ","))" }
            .joined(separator: " ")
        let peculiarities = switches.peculiarities
        return #"Bearer realm="http://\#(host)\#(peculiarities.tokenPath)",service="\#(peculiarities.service)""#
            + (scope.isEmpty ? "" : #",scope="\#(scope)""#)
            + (error.map { #",error="\#($0)""# } ?? "")
    }

    private static func unauthorized(_ challenge: String) -> LoopbackResponse {
        var response = LoopbackResponse.registryError(401, "UNAUTHORIZED")
        response.headers["WWW-Authenticate"] = challenge
        return response
    }

    /// The scopes of a request: pull for reading, pull and push for everything else, and pull of the source of a mount.
    private static func needed(_ request: LoopbackRequest, _ route: FakeRegistryRoute) -> Set<FakeScope> {
        guard let name = route.repository else { return [] }
        let reads = request.method == "GET" || request.method == "HEAD"
        let own = (reads ? ["pull"] : ["pull", "push"]).map { FakeScope(repository: name, action: $0) }
        return Set(own + request.query("from").map { FakeScope(repository: $0, action: "pull") })
    }

    /// Parses `repository:name:pull,push`. A name may contain the colon of a port.
    private static func scopes(_ text: Substring) -> [FakeScope] {
        guard text.hasPrefix("repository:"), let colon = text.lastIndex(of: ":") else { return [] }
        let name = text[..<colon].dropFirst("repository:".count)
        return text[text.index(after: colon)...].split(separator: ",")
            .map {
                FakeScope(repository: String(name), action: String($0))
            }
    }

    static func basic(_ user: String, _ password: String) -> String {
        "Basic \(Data("\(user):\(password)".utf8).base64EncodedString())"
    }
}
