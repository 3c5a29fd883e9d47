import HTTP
import OCI
import Registry
import TestSupport
import Testing

/// The requests of a check change nothing, whatever the registry answers.
@Suite(.timeLimit(.minutes(2))) struct CheckTests {
    private let registry: FakeRegistry
    private let client: RegistryClient
    private let repository: Repository

    init() throws {
        registry = try FakeRegistry()
        let patience = RetryPolicy(duration: .milliseconds(200), firstWait: .milliseconds(1))
        client = RegistryClient(
            http: HTTPClient(HTTPClient.Configuration(threads: 2, busyPause: .milliseconds(1))),
            settings: RegistrySettings(retryPolicy: patience)
        )
        repository = try Reference("\(registry.authority)/rancher/x:v1").repository
    }

    @Test(arguments: ["as it should be", "without HEAD", "without digests"])
    func digestOfAName(registryIs: String) async throws {
        registry.switches.refusesHead = registryIs == "without HEAD"
        registry.switches.omitsDigests = registryIs == "without digests"
        let digest = registry.addImage(repository: "rancher/x", tag: "v1", configuration: [], layers: [])
        #expect(try await client.digest(of: .tag("v1"), in: repository) == digest)
        #expect(try await client.digest(of: .tag("v2"), in: repository) == nil)
    }

    @Test func uploadIsCancelled() async throws {
        try await client.checkPush(to: repository)
        #expect(registry.requests.filter { $0.path.contains("/uploads/") }.map(\.method) == ["POST", "DELETE"])
    }

    @Test func registryMayKeepTheUpload() async throws {
        registry.add(FakeFault(.error(405, "UNSUPPORTED"), method: "DELETE", times: .max))
        try await client.checkPush(to: repository)
    }

    @Test func refusedPush() async throws {
        registry.add(FakeFault(.error(403, "DENIED"), method: "POST", times: .max))
        let error = await #expect(throws: RegistryError.self) { try await client.checkPush(to: repository) }
        #expect(error?.code == .denied)
        #expect(error?.description.contains("whether \(repository) may be pushed to") == true)
    }

    @Test(
        arguments: [
            (["ratelimit-limit": "100;w=21600", "ratelimit-remaining": "76;w=21600"], [100, 76, 21600]),
            (["RateLimit-Limit": "10", "RateLimit-Remaining": "0"], [10, 0, nil]),
            (["ratelimit-limit": "100;w=21600"], nil), (["ratelimit-limit": "x", "ratelimit-remaining": "1"], nil),
            ([:], nil),
        ] as [([String: String], [Int?]?)]
    )
    func remainingPulls(headers: [String: String], numbers: [Int?]?) {
        let allowance = PullAllowance(HTTPHeaders(headers.map { ($0.key, $0.value) }))
        #expect(allowance.map { [$0.limit, $0.remaining, $0.seconds] } == numbers)
    }
}
