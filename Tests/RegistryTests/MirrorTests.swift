import HTTP
import OCI
import TestSupport
import Testing

@testable import Registry

/// `registry-mirrors` of docker's daemon. A test cannot reach the Hub itself, so content that only the Hub has is a
/// failure.
@Suite(.timeLimit(.minutes(1))) struct MirrorTests {
    private let first: RegistryFixture
    private let second: RegistryFixture
    private let http = HTTPClient(
        HTTPClient.Configuration(threads: 2, proxies: ProxySettings(environment: ["HTTPS_PROXY": "http://127.0.0.1:1"]))
    )

    init() throws {
        first = try RegistryFixture()
        second = try RegistryFixture()
    }

    /// Returns a client whose Hub is behind an unreachable proxy.
    private func client(_ mirrors: [String], logins: CredentialStore = CredentialStore()) throws -> RegistryClient {
        RegistryClient(
            http: http,
            settings: RegistrySettings(
                logins: logins,
                mirrors: try mirrors.map { try #require(RegistryMirror($0)) },
                retryPolicy: RetryPolicy(duration: .milliseconds(500), firstWait: .milliseconds(1))
            )
        )
    }

    private static let repository = Repository(domain: "docker.io", path: "rancher/x")

    @Test func firstMirrorWithTheImageIsUsed() async throws {
        let client = try client([first.registry.url, second.registry.url])
        let digest = second.registry.addImage(
            repository: "rancher/half",
            tag: "v1",
            configuration: Array("{}".utf8),
            layers: [second.content]
        )
        #expect(try await client.manifest(.tag("v1"), in: Self.repository).digest == first.manifestDigest)
        #expect(second.registry.requests.isEmpty)
        let half = Repository(domain: "docker.io", path: "rancher/half")
        #expect(try await client.manifest(.tag("v1"), in: half).digest == digest)
        let memory = Memory()
        try await client.download(second.blob, from: half, to: memory)
        #expect(memory.bytes == second.content)
        #expect(first.requests("GET", "rancher/half/blobs").count == 1)
    }

    @Test func nextMirrorIsTriedAfterAnyFailure() async throws {
        let gone = try LoopbackServer { _ in LoopbackResponse() }
        gone.stop()
        let page = try LoopbackServer { _ in LoopbackResponse(headers: ["Content-Type": "text/html"], text: "<p>") }
        defer { page.stop() }
        var switches = FakeSwitches()
        switches.authentication = .basic(user: "me", password: "x")
        let closed = try RegistryFixture(switches)
        let broken = try RegistryFixture()
        broken.registry.add(FakeFault(.error(500), target: "rancher", times: .max))
        let client = try client(
            [gone.url, page.url, closed.registry.url, broken.registry.url, second.registry.url]
        )
        #expect(try await client.manifest(.tag("v1"), in: Self.repository).digest == second.manifestDigest)
        #expect(broken.requests("GET", "manifests").count == 1, "it is not asked again and again")
        #expect(page.requests.count == 1)
    }

    @Test(arguments: [
        FakeFault.Kind.transport(.cutBody(after: 700_000)), .transport(.close), .error(404, "BLOB_UNKNOWN"),
    ])
    func blobResumesAtAnotherMirror(fault: FakeFault.Kind) async throws {
        first.registry.add(FakeFault(fault, method: "GET", target: "blobs", times: .max))
        let memory = Memory()
        try await client([first.registry.url, second.registry.url])
            .download(second.blob, from: Self.repository, to: memory)
        #expect(memory.bytes == second.content)
        #expect(memory.restarts == 0)
    }

    @Test func mirrorWithWrongBytesIsSkipped() async throws {
        first.registry.add(FakeFault(.wrongByte, method: "GET", target: "blobs", times: .max))
        let memory = Memory()
        try await client([first.registry.url, second.registry.url])
            .download(second.blob, from: Self.repository, to: memory)
        #expect(memory.bytes == second.content)
        #expect(first.requests("GET", "blobs").count == 2, "a byte may have been spoilt on the way")
    }

    @Test func hubIsTriedLast() async throws {
        let client = try client([first.registry.url])
        let error = await registryError {
            _ = try await client.manifest(.tag("none"), in: Repository(domain: "docker.io", path: "rancher/none"))
        }
        #expect(first.requests("GET", "rancher/none").count == 1)
        #expect(error?.code == .unreachable)
        #expect(error?.description.contains("registry-1.docker.io") == true, "\(error?.description ?? "")")
    }

    @Test func mirrorsAreForTheHubOnly() async throws {
        let client = try client([first.registry.url])
        let repository = Repository(domain: second.registry.authority, path: "rancher/x")
        #expect(try await client.manifest(.tag("v1"), in: repository).digest == second.manifestDigest)
        #expect(first.registry.requests.isEmpty)
    }

    @Test func mirrorsGetNoPushes() async throws {
        let client = try client([first.registry.url])
        let question = await registryError {
            _ = try await client.hasBlob(first.blob.digest, in: Self.repository)
        }
        #expect(question != nil, "what a mirror has tells nothing of the Hub")
        let error = await registryError {
            _ = try await client.upload(
                first.blob,
                from: Source(bytes: first.content),
                to: Repository(domain: "docker.io", path: "rancher/new"),
                mountingFrom: nil
            )
        }
        #expect(error != nil)
        #expect(first.registry.requests.isEmpty)
    }

    @Test func mirrorsHaveTheirOwnCredentials() async throws {
        var switches = FakeSwitches()
        switches.authentication = .basic(user: "mirror", password: "x")
        let closed = try RegistryFixture(switches)
        let json = """
            {"auths":{"https://index.docker.io/v1/":{"username":"hub","password":"y"},
                      "\(closed.registry.authority)":{"username":"mirror","password":"x"}}}
            """
        let logins = CredentialStore([
            CredentialStore.Source(name: "x", configuration: try DockerConfiguration(json: Array(json.utf8)))
        ])
        let client = try client([first.registry.url, closed.registry.url], logins: logins)
        first.registry.add(FakeFault(.error(404), target: "rancher"))
        #expect(try await client.manifest(.tag("v1"), in: Self.repository).digest == closed.manifestDigest)
        #expect(first.registry.requests.allSatisfy { $0.headers["Authorization"] == nil })
    }

    @Test func mirrorMayHaveAPath() async throws {
        let server = try LoopbackServer { request in
            request.path.hasPrefix("/a/b/v2/") ? LoopbackResponse(text: "{}") : LoopbackResponse(status: 404)
        }
        defer { server.stop() }
        let client = try client(["\(server.url)/a/b/"])
        _ = try? await client.manifest(.tag("v1"), in: Self.repository)
        #expect(server.requests.map(\.path) == ["/a/b/v2/", "/a/b/v2/rancher/x/manifests/v1"])
    }
}
