import FoundationEssentials
import HTTP
import OCI

/// The projects of a Harbor registry (API 2.0): the first component of a repository's path. Projects must exist before
/// the first push.
struct HarborProjects: Sendable {
    let http: HTTPClient
    let endpoint: RegistryEndpoint
    var settings: RegistrySettings

    /// Returns the name of a repository's project.
    static func name(of repository: Repository) -> String { String(repository.path.prefix { $0 != "/" }) }

    /// Returns whether the registry is Harbor: only Harbor answers this request with JSON and without credentials.
    func isHarbor() async throws -> Bool {
        struct SystemInfo: Decodable {
            var authMode: String?
            var harborVersion: String?

            enum CodingKeys: String, CodingKey {
                case authMode = "auth_mode"
                case harborVersion = "harbor_version"
            }
        }
        let answer = try await send(request(.get, "systeminfo"))
        guard !RetryPolicy.isPassing(answer.head.status) else {
            throw RegistryError(answer, from: endpoint.authority, asking: "whether it is Harbor")
        }
        guard answer.head.status == 200,
            let info = try? JSONDecoder().decode(SystemInfo.self, from: Data(answer.body))
        else { return false }
        return info.authMode != nil || info.harborVersion != nil
    }

    /// Creates a project with Harbor's default visibility, unless it exists.
    ///
    /// - Parameters:
    ///   - authorization: The credentials, which Harbor requires.
    ///   - note: The description of the credentials for a refusal.
    /// - Returns: Whether the project was created; `false` if it existed.
    /// - Throws: ``RegistryError``.
    func make(_ name: String, authorization: String?, _ note: CredentialDiagnostics) async throws -> Bool {
        var question = request(.head, "projects?project_name=\(PercentEncoding.encode(name))")
        question.headers["Authorization"] = authorization
        // A user without the permission to create projects needs an existing one.
        guard try await send(question).head.status != 200 else { return false }

        struct Project: Encodable {
            struct Metadata: Encodable {
                // Harbor uses strings for Booleans here.
                let `public` = "false"
            }

            let projectName: String
            let metadata = Metadata()

            enum CodingKeys: String, CodingKey {
                case projectName = "project_name"
                case metadata
            }
        }
        var order = request(.post, "projects")
        order.headers["Authorization"] = authorization
        order.headers["Content-Type"] = "application/json"
        order.body = .bytes([UInt8](try JSONEncoder().encode(Project(projectName: name))))
        let answer = try await send(order)
        switch answer.head.status {
        case 201, 200: return true
        case 409: return false
        default:
            throw RegistryError(answer, from: endpoint.authority, asking: "the making of the project \(name)", note)
        }
    }

    private func request(_ method: HTTPMethod, _ path: String) -> HTTPRequest {
        HTTPRequest(method, "\(endpoint.scheme)://\(endpoint.authority)/api/v2.0/\(path)", security: endpoint.security)
    }

    private func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        do {
            return try await settings.run(.administration, to: endpoint.authority) {
                try await http.collectFollowing(request, limit: 1 << 20).response
            }
        } catch let error as HTTPError {
            throw RegistryError(error, asking: "the API of \(endpoint.authority)")
        }
    }
}
