import FoundationEssentials
import HTTP
import SystemIO

/// A private registry of Amazon ECR, recognized by its host (AWS General Reference, "Amazon ECR endpoints and quotas"):
/// `ACCOUNT.dkr.ecr.REGION.amazonaws.com`, in China with `.cn`, and the FIPS and dual-stack endpoints.
///
/// Repositories must be created before the first push, through the API and with an AWS key rather than the registry's
/// credentials.
struct ECRRegistry: Sendable, Equatable {
    /// The number of the account, which is the registry's ID in the API.
    let account: String
    let region: String
    /// The API's host for this kind of endpoint.
    private let api: String

    /// - Returns: `nil` if the host is not in ECR.
    init?(_ domain: String) {
        let parts = domain.lowercased().split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let account = parts.first, !account.isEmpty,
            account.utf8.allSatisfy(\.isDigit)
        else { return nil }
        for (service, suffix, apiService, apiSuffix) in Self.endpoints {
            let serviceParts = service.split(separator: ".").map(String.init)
            let rest = Array(parts.dropFirst(1 + serviceParts.count))
            guard Array(parts.dropFirst().prefix(serviceParts.count)) == serviceParts, let region = rest.first,
                !region.isEmpty, rest.dropFirst().joined(separator: ".") == suffix
            else { continue }
            self.account = account
            self.region = region
            api = "\(apiService).\(region).\(apiSuffix)"
            return
        }
        return nil
    }

    /// The text before and after the region, in the host of registries and of the API.
    private static let endpoints = [
        ("dkr.ecr", "amazonaws.com", "api.ecr", "amazonaws.com"),
        ("dkr.ecr", "amazonaws.com.cn", "api.ecr", "amazonaws.com.cn"),
        ("dkr.ecr-fips", "amazonaws.com", "ecr-fips", "amazonaws.com"),
        ("dkr-ecr", "on.aws", "ecr", "api.aws"),
        ("dkr-ecr-fips", "on.aws", "ecr-fips", "api.aws"),
    ]

    /// Returns the request that creates a repository (ECR API, `CreateRepository`).
    func request(toMake path: String, with key: AWSCredentials.Key, at endpoint: String?) throws -> HTTPRequest {
        struct Input: Encodable {
            let registryId: String
            let repositoryName: String
        }
        var headers: HTTPHeaders = [
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "AmazonEC2ContainerRegistry_V20150921.CreateRepository",
        ]
        headers["X-Amz-Security-Token"] = key.sessionToken
        let input = try JSONEncoder().encode(Input(registryId: account, repositoryName: path))
        return HTTPRequest(
            .post,
            (endpoint ?? "https://\(api)") + "/",
            headers: headers,
            body: .bytes([UInt8](input)),
            signature: RequestSignature(keyID: key.id, secret: key.secret, region: region, service: "ecr")
        )
    }

    /// An error of the API, usually with status 400.
    struct Refusal: Sendable {
        /// The type, for instance `RepositoryAlreadyExistsException`; empty if there is none.
        let type: String
        /// The type and the message.
        let text: String

        init(_ response: HTTPResponse) {
            struct Body: Decodable {
                var type: String?
                var message: String?
                var capitalMessage: String?

                enum CodingKeys: String, CodingKey {
                    case type = "__type"
                    case message
                    case capitalMessage = "Message"
                }
            }
            let body = try? JSONDecoder().decode(Body.self, from: Data(response.body))
            // The type may have a namespace prefix.
            type = body?.type?.split(separator: "#").last.map(String.init) ?? ""
            let words = [type, body?.message ?? body?.capitalMessage ?? ""].filter { !$0.isEmpty }
            text =
                words.isEmpty
                ? RegistryError.Reason(response).shown
                : RegistryError.Reason.shown(words.joined(separator: ": "), in: response.head)
        }

        var isOfExistingRepository: Bool { type == "RepositoryAlreadyExistsException" }

        /// Whether the request is worth retrying.
        var isPassing: Bool {
            type.hasPrefix("Throttling") || type == "TooManyRequestsException" || type == "ServerException"
        }

        /// Whether the key is invalid or lacks the permission. AWS reports this with status 400, 401 or 403.
        var isOfKey: Bool {
            type.hasPrefix("AccessDenied")
                || [
                    "UnrecognizedClientException", "InvalidSignatureException", "ExpiredTokenException",
                    "InvalidClientTokenId", "IncompleteSignature", "MissingAuthenticationTokenException",
                ]
                .contains(type)
        }
    }
}
