import FoundationEssentials

/// Responses of products that distribution does not give.
extension FakeRegistryState {
    /// The response if a project or repository does not exist yet.
    func missingSpace(_ route: FakeRegistryRoute) -> LoopbackResponse? {
        guard let name = route.repository else { return nil }
        switch switches.peculiarities.projects {
        case .harbor(let projects, _):
            let project = FakeScope(repository: name, action: "").project
            guard !projects.contains(project) else { return nil }
            // Despite a valid login, and with an empty challenge.
            var answer = LoopbackResponse.registryError(401, "UNAUTHORIZED", "project \(project) not found")
            answer.headers["WWW-Authenticate"] = ""
            return answer
        case .ecr(let repositories):
            guard !repositories.contains(name) else { return nil }
            let words = "The repository with name '\(name)' does not exist in the registry with id '123456789012'"
            return .registryError(404, "NAME_UNKNOWN", words)
        case .none, .gitLab:
            return nil
        }
    }

    /// The response to a request that only some products refuse.
    mutating func peculiarRefusal(_ request: LoopbackRequest, _ route: FakeRegistryRoute) -> LoopbackResponse? {
        let peculiarities = switches.peculiarities
        if let name = route.repository, !name.hasPrefix(peculiarities.namePrefix) {
            return LoopbackResponse(status: 404, headers: ["Content-Type": "text/html"], text: "<html>Not Found</html>")
        }
        guard case .manifest(let name, let reference) = route else { return nil }
        if peculiarities.tagsAreImmutable, request.method == "PUT", repositories[name]?.tags[reference] != nil {
            let words = "Failed to process request due to '\(name):\(reference)' configured as immutable."
            return .registryError(412, "PRECONDITION", words)
        }
        guard request.method == "GET", let left = peculiarities.pullsLeft else { return nil }
        guard left > 0 else {
            var answer = LoopbackResponse.registryError(
                429,
                "TOOMANYREQUESTS",
                "You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit"
            )
            answer.headers["ratelimit-limit"] = "100;w=21600"
            answer.headers["ratelimit-remaining"] = "0;w=21600"
            return answer
        }
        switches.peculiarities.pullsLeft = left - 1
        return nil
    }

    /// Answers Harbor's own API, version 2.0.
    mutating func harbor(_ request: LoopbackRequest) -> LoopbackResponse {
        guard case .harbor(let projects, let mayMake) = switches.peculiarities.projects else {
            return LoopbackResponse(status: 404)
        }
        if request.path == "/api/v2.0/systeminfo" {
            let text =
                #"{"auth_mode":"db_auth","banner_message":"","harbor_version":"v2.12.1","self_registration":false}"#
            return LoopbackResponse(headers: ["Content-Type": "application/json"], text: text)
        }
        guard request.path == "/api/v2.0/projects" else { return LoopbackResponse(status: 404) }
        guard isUser(request) else { return .registryError(401, "UNAUTHORIZED", "unauthorized") }
        switch request.method {
        case "HEAD":
            let isThere = request.query("project_name").first.map(projects.contains) ?? false
            return isThere ? LoopbackResponse() : .registryError(404, "NOT_FOUND", "project not found")
        case "POST":
            struct Order: Decodable {
                var projectName: String
                var metadata: [String: String]

                enum CodingKeys: String, CodingKey {
                    case projectName = "project_name"
                    case metadata
                }
            }
            guard mayMake else {
                return .registryError(403, "FORBIDDEN", "Only system admin can create project")
            }
            guard let order = try? JSONDecoder().decode(Order.self, from: Data(request.body)),
                order.metadata == ["public": "false"]
            else { return .registryError(400, "BAD_REQUEST", "bad request") }
            guard !projects.contains(order.projectName) else {
                return .registryError(409, "CONFLICT", "The project named \(order.projectName) already exists")
            }
            let more = projects.union([order.projectName])
            switches.peculiarities.projects = .harbor(projects: more, mayMake: mayMake)
            return LoopbackResponse(status: 201, headers: ["Location": "/api/v2.0/projects/\(more.count)"])
        default:
            return LoopbackResponse(status: 405)
        }
    }

    /// Whether a request has the user's login instead of a token.
    private func isUser(_ request: LoopbackRequest) -> Bool {
        switch switches.authentication {
        case .none: true
        case .basic(let user, let password), .token(let user, let password, _):
            request.headers["Authorization"] == Self.basic(user, password)
        }
    }
}
