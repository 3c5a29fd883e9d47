import FoundationEssentials
import HTTP

/// A private registry of Amazon ECR, as its host tells it: `ACCOUNT.dkr.ecr.REGION.amazonaws.com`, in China with `.cn` behind it.
///
/// Its repositories have to be made before the first push, which only its API does, with a key of AWS and not with the login.
struct ECRRegistry: Sendable, Equatable {
    /// The number of the account, which the API calls the registry's ID.
    let account: String
    let region: String
    private let suffix: String

    /// - Returns: `nil` where the host is none of ECR's.
    init?(_ domain: String) {
        let parts = domain.lowercased().split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let suffix = parts.dropFirst(4).joined(separator: ".")
        guard parts.count > 4, !parts[0].isEmpty,
            parts[0].utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
            parts[1] == "dkr", parts[2] == "ecr", !parts[3].isEmpty, Self.suffixes.contains(suffix)
        else { return nil }
        account = parts[0]
        region = parts[3]
        self.suffix = suffix
    }

    private static let suffixes: Set = ["amazonaws.com", "amazonaws.com.cn"]

    /// The request that makes a repository (ECR API, `CreateRepository`).
    func request(toMake path: String, with key: AWSAccess.Key, at endpoint: String?) throws -> HTTPRequest {
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
            (endpoint ?? "https://api.ecr.\(region).\(suffix)") + "/",
            headers: headers,
            body: .bytes([UInt8](input)),
            signature: RequestSignature(keyID: key.id, secret: key.secret, region: region, service: "ecr")
        )
    }

    /// What the API says in place of a success, which is mostly of status 400.
    struct Refusal: Sendable {
        /// As in `RepositoryAlreadyExistsException`; empty where there is none.
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
            // The type may have the namespace of the service in front of it.
            type = body?.type?.split(separator: "#").last.map(String.init) ?? ""
            let words = [type, body?.message ?? body?.capitalMessage ?? ""].filter { !$0.isEmpty }
            text =
                words.isEmpty
                ? RegistryError.reason(in: response.body).text : RegistryError.printable(words.joined(separator: ": "))
        }

        var isOfExistingRepository: Bool { type == "RepositoryAlreadyExistsException" }

        /// Whether it is to be asked again later.
        var isPassing: Bool {
            type.hasPrefix("Throttling") || type == "TooManyRequestsException" || type == "ServerException"
        }

        /// Whether the key is wrong, or may not do this. AWS tells that with 400 as well as with 401 and 403.
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
