import FoundationEssentials
import HTTP
import OCI
import Synchronization
import TestSupport
import Testing

@testable import Registry

/// Projects and repositories created before the first push.
@Suite(.timeLimit(.minutes(1))) struct RepositoryProvisionerTests {
    private static let user = #""auth":"\#(Data("me:p@ss".utf8).base64EncodedString())""#

    /// A registry that may be Harbor, and a provisioner with credentials for it.
    private static func fixture(
        _ projects: FakePeculiarities.Projects,
        login: String = user,
        _ change: (inout FakeSwitches) -> Void = { _ in }
    ) throws -> (RegistryFixture, RepositoryProvisioner) {
        var switches = FakeProduct.harbor.switches
        switches.peculiarities.projects = projects
        change(&switches)
        let fixture = try RegistryFixture(switches)
        let client = try fixture.newClient(
            config: #"{"auths":{"\#(fixture.registry.authority)":{\#(login)}}}"#,
            patience: .milliseconds(100)
        )
        return (fixture, RepositoryProvisioner(client: client, aws: AWSCredentials(environment: [:])))
    }

    private static func repositories(_ domain: String, _ paths: [String]) -> [Repository] {
        paths.map { Repository(domain: domain, path: $0) }
    }

    // MARK: Harbor

    @Test func projectsAreCreatedOnceInOrder() async throws {
        let (fixture, maker) = try Self.fixture(.harbor(projects: ["there"], mayMake: true))
        let paths = ["rancher/x", "there/x", "rancher/y", "cattle/deep/x"]
        let reports = try await maker.make(for: Self.repositories(fixture.registry.authority, paths))
        #expect(reports.map(\.kind) == [.harbor])
        #expect(reports.first?.made == ["rancher", "cattle"])
        #expect(reports.first?.failures.isEmpty == true)
        #expect(
            fixture.log.filter { $0.contains("/projects") } == [
                "HEAD /api/v2.0/projects", "POST /api/v2.0/projects", "HEAD /api/v2.0/projects",
                "HEAD /api/v2.0/projects", "POST /api/v2.0/projects",
            ]
        )
        #expect(fixture.log.filter { $0.contains("systeminfo") }.count == 1)
        let again = try await maker.make(for: Self.repositories(fixture.registry.authority, paths))
        #expect(again.first?.made == [])
        #expect(again.first?.failures.isEmpty == true)
    }

    @Test func projectCreatedConcurrentlyExists() async throws {
        let (fixture, maker) = try Self.fixture(.harbor(projects: ["rancher"], mayMake: true))
        fixture.registry.add(FakeFault(.error(404, "NOT_FOUND"), method: "HEAD", target: "/projects"))
        let reports = try await maker.make(for: Self.repositories(fixture.registry.authority, ["rancher/x"]))
        #expect(fixture.log.contains("POST /api/v2.0/projects"))
        #expect(reports.first?.made == [])
        #expect(reports.first?.failures.isEmpty == true)
    }

    @Test func missingPermissionForProjectsIsReportedOnce() async throws {
        let (fixture, maker) = try Self.fixture(.harbor(projects: [], mayMake: false))
        let host = fixture.registry.authority
        let reports = try await maker.make(for: Self.repositories(host, ["a/x", "b/x", "c/x"]))
        let failures = try #require(reports.first?.failures)
        #expect(failures.map(\.names) == [["a", "b", "c"]])
        #expect(
            failures.first?.cause
                == "\(host) answered 403 to the making of the project a: forbidden: Only system admin can create project;"
                + " it got the login of user me from /etc/logins.json; log in as a user who may do this:"
                + " 'docker login \(host)', 'podman login \(host)', or --username"
        )
        #expect(fixture.log.filter { $0.hasPrefix("POST /api") }.count == 1)
    }

    @Test(
        "logins that Harbor's API does not take",
        arguments: [
            (#""auth":"\#(Data("me:wrong".utf8).base64EncodedString())""#, "it got the login of user me"),
            (#""identitytoken":"p@ss""#, "it wants a user and a password, and there is only the identity token"),
        ]
    )
    func refusedCredentials(login: String, words: String) async throws {
        let (fixture, maker) = try Self.fixture(.harbor(projects: [], mayMake: true), login: login)
        let reports = try await maker.make(for: Self.repositories(fixture.registry.authority, ["a/x"]))
        let cause = try #require(reports.first?.failures.first?.cause)
        #expect(cause.contains("answered 401 to the making of the project a"), "\(cause)")
        #expect(cause.contains(words), "\(cause)")
        #expect(!cause.contains("p@ss"))
    }

    @Test func refusedProjectDoesNotAffectOthers() async throws {
        let (fixture, maker) = try Self.fixture(.harbor(projects: [], mayMake: true))
        fixture.registry.add(FakeFault(.error(400, "BAD_REQUEST"), method: "POST", target: "/projects"))
        let reports = try await maker.make(for: Self.repositories(fixture.registry.authority, ["a/x", "b/x"]))
        #expect(reports.first?.failures.map(\.names) == [["a"]])
        #expect(reports.first?.made == ["b"])
    }

    @Test(
        "registries that are none, by their answer to what Harbor is asked",
        arguments: [
            LoopbackResponse(status: 404, text: "404 page not found\n"),
            LoopbackResponse(headers: ["Content-Type": "text/html"], text: "<html>Nexus</html>"),
            LoopbackResponse(headers: ["Content-Type": "application/json"], text: #"{"version":"1"}"#),
            LoopbackResponse(status: 401), LoopbackResponse(status: 501),
        ]
    )
    func otherRegistriesAreUnchanged(answer: LoopbackResponse) async throws {
        let (fixture, maker) = try Self.fixture(.none)
        fixture.registry.add(FakeFault(.answer(answer), target: "/api/"))
        let reports = try await maker.make(for: Self.repositories(fixture.registry.authority, ["a/x", "b/x"]))
        #expect(reports.map(\.kind) == [.other])
        #expect(fixture.log.filter { $0.hasPrefix("POST") }.isEmpty)
    }

    @Test func registryWithoutAnAnswerIsNotClassified() async throws {
        let (fixture, maker) = try Self.fixture(.none)
        fixture.registry.add(FakeFault(.error(503), target: "/api/", times: .max))
        let reports = try await maker.make(for: Self.repositories(fixture.registry.authority, ["a/x"]))
        guard case .unknown(let cause)? = reports.first?.kind else {
            Issue.record("\(reports)")
            return
        }
        #expect(cause.contains("answered 503 to whether it is Harbor"), "\(cause)")
    }

    // MARK: ECR

    private static let domain = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"

    /// Runs an ECR API that answers with `answer` to a valid signature.
    private static func api(_ answer: @escaping @Sendable (_ name: String) -> LoopbackResponse) throws -> LoopbackServer
    {
        try LoopbackServer { request in
            struct Input: Decodable {
                var repositoryName: String
                var registryId: String
            }
            let isSigned = SignedRequest.isSigned(
                request,
                keyID: "AKID",
                secret: "s3cret",
                region: "eu-central-1",
                service: "ecr"
            )
            guard isSigned, request.headers["X-Amz-Security-Token"] == "session", request.path == "/",
                request.headers["X-Amz-Target"] == "AmazonEC2ContainerRegistry_V20150921.CreateRepository",
                let input = try? JSONDecoder().decode(Input.self, from: Data(request.body)),
                input.registryId == "123456789012"
            else { return Self.refusal("InvalidSignatureException", "The request signature does not match") }
            return answer(input.repositoryName)
        }
    }

    private static func refusal(_ type: String, _ message: String, field: String = "message") -> LoopbackResponse {
        LoopbackResponse(status: 400, text: #"{"__type":"\#(type)","\#(field)":"\#(message)"}"#)
    }

    private static func maker(_ api: LoopbackServer, _ environment: [String: String] = [:]) throws
        -> RepositoryProvisioner
    {
        let variables = [
            "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "s3cret", "AWS_SESSION_TOKEN": "session",
            "AWS_ENDPOINT_URL_ECR": api.url + "/",
        ]
        let access = AWSCredentials(environment: variables.merging(environment) { $1 })
        return RepositoryProvisioner(client: try RegistryFixture().newClient(), aws: access)
    }

    @Test func repositoriesAreCreatedOnce() async throws {
        let made = Mutex<[String]>([])
        let api = try Self.api { name in
            guard name != "there" else {
                return Self.refusal("com.amazonaws.ecr#RepositoryAlreadyExistsException", "It exists")
            }
            return made.withLock { made in
                made.append(name)
                // The third response is for too many requests.
                return made.count == 2
                    ? Self.refusal("ThrottlingException", "Rate exceeded") : LoopbackResponse(text: "{}")
            }
        }
        defer { api.stop() }
        let paths = ["rancher/x", "there", "rancher/y", "rancher/x"]
        let reports = try await Self.maker(api).make(for: Self.repositories(Self.domain, paths))
        #expect(reports.map(\.kind) == [.ecr])
        #expect(reports.first?.made == ["rancher/x", "rancher/y"])
        #expect(reports.first?.failures.isEmpty == true)
        #expect(made.withLock(\.self) == ["rancher/x", "rancher/y", "rancher/y"])
    }

    @Test func missingPermissionForRepositoriesIsReportedOnce() async throws {
        let api = try Self.api { _ in
            Self.refusal("AccessDeniedException", "User me is not authorized", field: "Message")
        }
        defer { api.stop() }
        let reports = try await Self.maker(api).make(for: Self.repositories(Self.domain, ["a", "b"]))
        #expect(reports.first?.failures.map(\.names) == [["a", "b"]])
        #expect(
            reports.first?.failures.first?.cause
                == "the API of ECR answered 400 to the making of the repository a: AccessDeniedException: User me is not"
                + " authorized; it was asked with the key AKID, whose owner needs ecr:CreateRepository"
        )
        #expect(api.requests.count == 1)
    }

    @Test(
        "keys that are not good",
        arguments: [
            (["AWS_SECRET_ACCESS_KEY": "wrong"], "InvalidSignatureException"),
            (["AWS_SESSION_TOKEN": "wrong"], "InvalidSignatureException"),
            (["AWS_SECRET_ACCESS_KEY": ""], "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set"),
        ]
    )
    func keys(environment: [String: String], words: String) async throws {
        let api = try Self.api { _ in LoopbackResponse(text: "{}") }
        defer { api.stop() }
        let reports = try await Self.maker(api, environment).make(for: Self.repositories(Self.domain, ["a", "b"]))
        let failures = try #require(reports.first?.failures)
        #expect(failures.map(\.names) == [["a", "b"]])
        #expect(failures.first?.cause.contains(words) == true, "\(failures)")
        #expect(failures.first?.cause.contains("wrong") == false)
    }

    @Test(
        "hosts",
        arguments: [
            (domain, "https://api.ecr.eu-central-1.amazonaws.com/"),
            (
                "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "https://api.ecr.cn-north-1.amazonaws.com.cn/"
            ),
            ("123456789012.dkr.ecr-fips.us-east-1.amazonaws.com", "https://ecr-fips.us-east-1.amazonaws.com/"),
            ("123456789012.dkr-ecr.us-east-2.on.aws", "https://ecr.us-east-2.api.aws/"),
            ("123456789012.dkr-ecr-fips.us-east-2.on.aws", "https://ecr-fips.us-east-2.api.aws/"),
            ("123456789012.dkr-ecr.us-east-2.amazonaws.com", nil), ("123456789012.dkr.ecr.us-east-2.on.aws", nil),
            ("public.ecr.aws", nil), ("123456789012.dkr.ecr.eu-central-1.amazonaws.com.evil.example", nil),
            ("dkr.ecr.eu-central-1.amazonaws.com", nil), ("me.dkr.ecr.eu-central-1.amazonaws.com", nil),
            ("123456789012.dkr.ecr..amazonaws.com", nil), ("123456789012.dkr.ecr.eu.amazonaws.com:5000", nil),
            ("registry.example.com", nil),
        ] as [(String, String?)]
    )
    func hosts(domain: String, url: String?) throws {
        let key = AWSCredentials.Key(id: "a", secret: "b", sessionToken: nil)
        let request = try ECRRegistry(domain)?.request(toMake: "x", with: key, at: nil)
        #expect(request?.url == url)
        #expect(request?.headers["X-Amz-Security-Token"] == nil)
    }

    // MARK: Messages of pushes

    @Test(
        "what to do about a project or repository that is missing",
        arguments: [
            ("UNAUTHORIZED", "project rancher not found", "registry.example.com", "make the project rancher in Harbor"),
            ("NOT_FOUND", "project rancher not found", "registry.example.com", "make the project rancher in Harbor"),
            (
                "NAME_UNKNOWN", "The repository does not exist", domain,
                "make the repository with 'aws ecr create-repository --repository-name rancher/x'"
            ),
            ("NAME_UNKNOWN", "repository name not known", "registry.example.com", nil),
            ("UNAUTHORIZED", "project another not found", "registry.example.com", nil),
            ("BLOB_UPLOAD_UNKNOWN", "no upload", domain, nil),
        ] as [(String, String, String, String?)]
    )
    func advice(code: String, text: String, domain: String, advice: String?) {
        let repository = Repository(domain: domain, path: "rancher/x")
        let missing = MissingProject(code: code, text: text, in: repository)
        #expect(missing?.advice == advice.map { "; \($0), or give --create-projects" })
    }
}
