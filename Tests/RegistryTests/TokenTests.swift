import FoundationEssentials
import HTTP
import OCI
import Synchronization
import SystemIO
import TestSupport
import Testing

@testable import Registry

/// Responses of token servers in use.
@Suite(.timeLimit(.minutes(1))) struct TokenTests {
    /// A registry that requires the token `fresh`, with a token server that answers with `token`.
    private static func registry(
        realm: String = "http://HOST/token",
        _ token: @escaping LoopbackServer.Handler
    ) throws -> LoopbackServer {
        try LoopbackServer { request in
            if request.path.hasPrefix("/token") || request.path.hasPrefix("/moved") { return token(request) }
            if request.headers["Authorization"] == "Bearer fresh" { return LoopbackResponse() }
            let host = request.headers["Host"] ?? ""
            let challenge = #"Bearer realm="\#(realm.replacing("HOST", with: host))",service="s""#
            return LoopbackResponse(status: 401, headers: ["WWW-Authenticate": challenge])
        }
    }

    private static func config(_ registry: LoopbackServer, _ entry: String) -> String {
        #"{"auths":{"\#(registry.authority)":{\#(entry)}}}"#
    }

    private static let login = #""auth":"\#(Data("me:s3cret".utf8).base64EncodedString())""#
    private static let fresh = LoopbackResponse(text: #"{"token":"fresh"}"#)

    private static func hasBlob(_ server: LoopbackServer, config: String?) async throws -> Bool {
        let fixture = try RegistryFixture()
        let client = try fixture.newClient(config: config)
        return try await client.size(of: fixture.blob.digest, in: Repository(domain: server.authority, path: "x"))
            != nil
    }

    @Test(arguments: [404, 405])
    func identityTokenIsSentByGETWithoutPOST(_ status: Int) async throws {
        let expected = "Basic " + Data("me:refresh me".utf8).base64EncodedString()
        let server = try Self.registry { request in
            guard request.method == "GET" else { return LoopbackResponse(status: status) }
            return request.headers["Authorization"] == expected ? Self.fresh : LoopbackResponse(status: 401)
        }
        defer { server.stop() }
        let user = Data("me:".utf8).base64EncodedString()
        let config = Self.config(server, #""auth":"\#(user)","identitytoken":"refresh me""#)
        #expect(try await Self.hasBlob(server, config: config))
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func tokenServerMayRedirectOnItsOwnHost(_ status: Int) async throws {
        let server = try Self.registry { request in
            guard request.path == "/moved" else {
                let query = request.target.drop { $0 != "?" }
                return LoopbackResponse(status: status, headers: ["Location": "/moved\(query)"])
            }
            return request.headers["Authorization"] == nil ? LoopbackResponse(status: 401) : Self.fresh
        }
        defer { server.stop() }
        #expect(try await Self.hasBlob(server, config: Self.config(server, Self.login)))
    }

    @Test func redirectTargetDoesNotGetTheCredentials() async throws {
        let other = try LoopbackServer { _ in Self.fresh }
        defer { other.stop() }
        let server = try Self.registry { _ in
            LoopbackResponse(status: 307, headers: ["Location": "\(other.url)/token"])
        }
        defer { server.stop() }
        #expect(try await Self.hasBlob(server, config: Self.config(server, Self.login)))
        #expect(other.requests.map { $0.headers["Authorization"] } == [nil])
    }

    @Test func identityTokenIsNotSentWithoutTLS() async throws {
        let other = try LoopbackServer { _ in Self.fresh }
        defer { other.stop() }
        let server = try Self.registry { _ in
            LoopbackResponse(status: 307, headers: ["Location": "\(other.url)/token"])
        }
        defer { server.stop() }
        let config = Self.config(server, #""identitytoken":"refresh me""#)
        let error = await registryError { _ = try await Self.hasBlob(server, config: config) }
        #expect(error != nil)
        #expect(other.requests.isEmpty)
    }

    @Test func relativeRealmIsResolved() async throws {
        let server = try Self.registry(realm: "/token") { _ in Self.fresh }
        defer { server.stop() }
        #expect(try await Self.hasBlob(server, config: nil))
    }

    @Test func mountRefusedByTheTokenServerBecomesAnUpload() async throws {
        var switches = FakeSwitches()
        switches.authentication = AuthenticationTests.token
        let login = Self.login
        let fixture = try RegistryFixture(switches, config: { #"{"auths":{"\#($0)":{\#(login)}}}"# })
        for status in [400, 401, 403, 404] {
            fixture.registry.add(FakeFault(.error(status, "DENIED"), target: "scope=repository%3Aother"))
            let repository = Repository(domain: fixture.registry.authority, path: "rancher/y\(status)")
            let placement = try await fixture.client.upload(
                fixture.blob,
                from: Source(bytes: fixture.content),
                to: repository,
                mountingFrom: Repository(domain: repository.domain, path: "other/\(status)")
            )
            #expect(placement == .uploaded)
            #expect(fixture.registry.blob(repository.path, fixture.blob.digest) == fixture.content)
        }
    }

    @Test func tokenThatExpiresDuringAnUploadIsRenewed() async throws {
        var switches = FakeSwitches()
        switches.authentication = AuthenticationTests.token
        let login = Self.login
        let fixture = try RegistryFixture(switches, config: { #"{"auths":{"\#($0)":{\#(login)}}}"# })
        let repository = Repository(domain: fixture.registry.authority, path: "rancher/y")
        let source = ExpiringSource(bytes: fixture.content) { fixture.registry.expireTokens() }
        let placement = try await fixture.client.upload(fixture.blob, from: source, to: repository, mountingFrom: nil)
        #expect(placement == .uploaded)
        #expect(fixture.registry.blob("rancher/y", fixture.blob.digest) == fixture.content)
        #expect(fixture.requests("PUT", "uploads").count == 2)
        #expect(fixture.requests("POST", "uploads").count == 1, "the upload that has begun is gone on with")
    }

    @Test func redirectTargetMayRequireItsOwnToken() async throws {
        let fixture = try RegistryFixture()
        let content = fixture.content
        let other = try LoopbackServer { request in
            let host = request.headers["Host"] ?? ""
            switch request.path {
            case "/token":
                let isRight = request.query("scope") == ["repository:far/x:pull"]
                return LoopbackResponse(status: isRight ? 200 : 400, text: #"{"token":"other"}"#)
            case _ where request.headers["Authorization"] == "Bearer other":
                return LoopbackResponse(body: content)
            default:
                let challenge = #"Bearer realm="http://\#(host)/token",service="s",scope="repository:far/x:pull""#
                return LoopbackResponse(status: 401, headers: ["WWW-Authenticate": challenge])
            }
        }
        defer { other.stop() }
        let registry = try LoopbackServer { request in
            guard request.path.contains("/blobs/") else { return LoopbackResponse(text: "{}") }
            return LoopbackResponse(status: 307, headers: ["Location": "\(other.url)/v2/far/x/blobs/y"])
        }
        defer { registry.stop() }
        let memory = Memory()
        let config = Self.config(registry, #""registrytoken":"only here""#)
        try await fixture.newClient(config: config)
            .download(fixture.blob, from: Repository(domain: registry.authority, path: "x"), to: memory)
        #expect(memory.bytes == content)
        #expect(other.requests.allSatisfy { $0.headers["Authorization"] != "Bearer only here" })
    }

    @Test func failedTokenServerIsRetriedForTheNextImage() async throws {
        let count = Mutex(0)
        let server = try Self.registry { _ in
            let number = count.withLock { count in
                count += 1
                return count
            }
            return number == 1 ? LoopbackResponse(status: 503) : Self.fresh
        }
        defer { server.stop() }
        let fixture = try RegistryFixture()
        let client = try fixture.newClient(patience: .zero)
        let repository = Repository(domain: server.authority, path: "x")
        let error = await registryError { _ = try await client.hasBlob(fixture.blob.digest, in: repository) }
        #expect(error?.status == 503)
        #expect(try await client.size(of: fixture.blob.digest, in: repository) != nil)
    }
}

extension TokenTests {
    /// A registry with TLS and this realm. It is not on loopback, where TLS need not be verified.
    private static func fetch(realm: String, config: String?, insecure: Bool = false) async throws -> [LoopbackRequest]
    {
        let server = try LoopbackServer { _ in Self.fresh }
        defer { server.stop() }
        let logins = try config.map {
            CredentialStore([
                CredentialStore.Source(name: "/l.json", configuration: try DockerConfiguration(json: Array($0.utf8)))
            ])
        }
        let challenge = AuthenticationChallenge(
            scheme: "bearer",
            parameters: ["realm": realm.replacing("OTHER", with: server.authority)]
        )
        let endpoint = RegistryEndpoint(
            scheme: "https",
            authority: "reg.example",
            security: insecure ? .unverified : .verified
        )
        let repository = Repository(domain: "reg.example", path: "x")
        let fetch = TokenFetch(
            domain: "reg.example",
            endpoint: endpoint,
            server: try #require(TokenServer(challenge)).resolved(at: endpoint.url(""), mayBePlain: insecure),
            scopes: [.pull(repository)],
            login: try await logins?.login(for: repository),
            http: HTTPClient(),
            settings: RegistrySettings()
        )
        _ = try await fetch.token()
        return server.requests
    }

    @Test(arguments: [nil, #"{"auths":{"reg.example":{"username":"u","password":"p"}}}"#])
    func tokenOfARegistryWithTLSNeedsTLS(config: String?) async throws {
        let error = await registryError { _ = try await Self.fetch(realm: "http://OTHER/token", config: config) }
        let sentence = try #require(error).description
        #expect(sentence.hasPrefix("reg.example asks for "))
        #expect(
            sentence.hasSuffix(
                "; that is not done; if it is meant, name the registry with --insecure-registry reg.example"
            )
        )
        #expect(try await Self.fetch(realm: "http://OTHER/token", config: config, insecure: true).count == 1)
    }

    @Test(arguments: [
        ("http://reg.example/token", "https://reg.example/token"), ("/token", "https://reg.example/token"),
        ("http://reg.example:443/token", "https://reg.example/token"),
        // Another service of the host.
        ("http://reg.example:5001/auth", "http://reg.example:5001/auth"), ("http://a.b/token", "http://a.b/token"),
        ("https://a.b/token", "https://a.b/token"), ("ftp://a.b/token", "ftp://a.b/token"),
    ])
    func realmOfTheRegistryKeepsTLS(realm: String, url: String) throws {
        let challenge = AuthenticationChallenge(scheme: "bearer", parameters: ["realm": realm])
        let server = try #require(TokenServer(challenge))
        #expect(server.resolved(at: "https://reg.example/v2/", mayBePlain: false).realm == url)
        let plain = server.resolved(at: "https://reg.example/v2/", mayBePlain: true).realm
        #expect(plain == (realm == "/token" ? url : realm))
    }

    @Test("what one of several token servers refuses is asked again", arguments: [400, 404, 418, 500])
    func brokenTokenServer(status: Int) async throws {
        let count = Mutex(0)
        let server = try Self.registry { _ in
            let number = count.withLock { count in
                count += 1
                return count
            }
            return number == 1 ? LoopbackResponse(status: status) : Self.fresh
        }
        defer { server.stop() }
        #expect(try await Self.hasBlob(server, config: Self.config(server, Self.login)))
    }

    @Test(
        "a refused login is sent once, anything else for each image",
        arguments: [400, 401, 403, 404],
        [true, false]
    )
    func refusedCredentialsAreRemembered(status: Int, hasLogin: Bool) async throws {
        let server = try Self.registry { _ in LoopbackResponse(status: status) }
        defer { server.stop() }
        let fixture = try RegistryFixture()
        let client = try fixture.newClient(config: hasLogin ? Self.config(server, Self.login) : nil)
        let repository = Repository(domain: server.authority, path: "x")
        for _ in 0..<3 {
            let error = await registryError { _ = try await client.hasBlob(fixture.blob.digest, in: repository) }
            #expect(error?.status == status)
        }
        let asked = server.requests.count { $0.path == "/token" }
        let isRefusal = [401, 403].contains(status)
        #expect(asked == (isRefusal ? hasLogin ? 1 : 3 : 6))
    }
}

/// A blob in memory that calls a closure when its first byte is read for the first time.
private struct ExpiringSource: BlobSource {
    let bytes: [UInt8]
    private let event: Event

    init(bytes: [UInt8], _ event: @escaping @Sendable () -> Void) {
        self.bytes = bytes
        self.event = Event(event)
    }

    var size: Int64 { Int64(bytes.count) }

    func open() -> any ByteSource {
        event.happen()
        return MemorySource(bytes)
    }

    private final class Event: Sendable {
        private let work: Mutex<(@Sendable () -> Void)?>

        init(_ work: @escaping @Sendable () -> Void) { self.work = Mutex(work) }

        func happen() { work.withLock { $0.take() }?() }
    }
}
