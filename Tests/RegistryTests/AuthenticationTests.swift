import FoundationEssentials
import HTTP
import OCI
import Registry
import TestSupport
import Testing

/// Credentials in `config.json`, as written by `docker login`.
@Suite(.timeLimit(.minutes(5))) struct AuthenticationTests {
    static let basic = FakeSwitches.Authentication.basic(user: "me", password: "s3cret")
    static let token = FakeSwitches.Authentication.token(user: "me", password: "s3cret", anonymousPull: false)

    private static func switches(_ authentication: FakeSwitches.Authentication) -> FakeSwitches {
        var switches = FakeSwitches()
        switches.authentication = authentication
        return switches
    }

    private static func config(password: String = "s3cret") -> (String) -> String? {
        { host in
            let auth = Data("me:\(password)".utf8).base64EncodedString()
            return #"{"auths":{"\#(host)":{"auth":"\#(auth)"}}}"#
        }
    }

    @Test(arguments: [basic, token])
    func credentialsGrantAccess(authentication: FakeSwitches.Authentication) async throws {
        let fixture = try RegistryFixture(Self.switches(authentication), config: Self.config())
        #expect(try await fixture.download() == fixture.content)
        let repository = Repository(domain: fixture.registry.authority, path: "rancher/y")
        let placement = try await fixture.client.upload(
            fixture.blob,
            from: Source(bytes: fixture.content),
            to: repository,
            mountingFrom: nil
        )
        #expect(placement == .uploaded)
        #expect(fixture.registry.blob("rancher/y", fixture.blob.digest) == fixture.content)
    }

    @Test(arguments: [basic, token], [nil, "wrong!"])
    func refusedCredentialsAreReportedWithoutThePassword(
        authentication: FakeSwitches.Authentication,
        password: String?
    ) async throws {
        let config = password.map { Self.config(password: $0) } ?? { _ in nil }
        let fixture = try RegistryFixture(Self.switches(authentication), config: config)
        let error = await registryError { _ = try await fixture.download() }
        let host = fixture.registry.authority
        #expect(error?.code == .unauthorized)
        let sentence = try #require(error).description
        #expect(sentence.hasPrefix("\(host) answered 401 to "))
        #expect(
            sentence.hasSuffix(
                "; log in as a user who may do this: 'docker login \(host)', 'podman login \(host)', or --username"
            )
        )
        for secret in ["wrong", "Authorization", Data("me:wrong!".utf8).base64EncodedString()] {
            #expect(!sentence.contains(secret))
        }
    }

    @Test func anonymousPull() async throws {
        let authentication = FakeSwitches.Authentication.token(user: "me", password: "s3cret", anonymousPull: true)
        let fixture = try RegistryFixture(Self.switches(authentication))
        #expect(try await fixture.download() == fixture.content)
        let error = await registryError {
            _ = try await fixture.client.upload(
                fixture.blob,
                from: Source(bytes: fixture.content),
                to: Repository(domain: fixture.registry.authority, path: "rancher/y"),
                mountingFrom: nil
            )
        }
        #expect(error?.code == .unauthorized)
    }

    @Test func tokenIsFetchedOnce() async throws {
        let fixture = try RegistryFixture(Self.switches(Self.token), config: Self.config())
        func load() async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask { _ = try await fixture.client.manifest(.tag("v1"), in: fixture.repository) }
                }
                try await group.waitForAll()
            }
        }
        try await load()
        #expect(fixture.requests("GET", "/token").count == 1)
        // After it has expired, one of them renews it for all. Later ones may use the new token.
        fixture.registry.expireTokens()
        try await load()
        #expect(fixture.requests("GET", "/token").count == 2)
        _ = try await fixture.client.hasBlob(fixture.blob.digest, in: fixture.repository)
        #expect(fixture.requests("GET", "/token").count == 3, "pushing needs another token")
    }

    @Test func refusedTokenIsRenewedOnce() async throws {
        let fixture = try RegistryFixture(Self.switches(Self.token), config: Self.config())
        fixture.registry.add(FakeFault(.error(401, "UNAUTHORIZED"), target: "manifests", times: .max))
        let error = await registryError { _ = try await fixture.client.manifest(.tag("v1"), in: fixture.repository) }
        #expect(error?.code == .unauthorized)
        #expect(fixture.requests("GET", "/token").count == 2)
        #expect(fixture.requests("GET", "manifests").count == 2)
    }

    @Test func failedTokenRequestIsRetried() async throws {
        let fixture = try RegistryFixture(Self.switches(Self.token), config: Self.config())
        fixture.registry.add(FakeFault(.error(503), target: "/token"))
        #expect(try await fixture.download() == fixture.content)
    }

    @Test func responseWithoutATokenIsReported() async throws {
        let fixture = try RegistryFixture(Self.switches(Self.token), config: Self.config())
        fixture.registry.add(FakeFault(.answer(LoopbackResponse(text: "{}")), target: "/token", times: 2))
        let error = await registryError { _ = try await fixture.download() }
        #expect(
            error?.description
                == "the login of \(fixture.registry.authority): authorization server did not include a token in the response;"
                + " check that \(fixture.registry.url)/token is the registry's token server"
        )
    }

    @Test func registryTokenIsSentUnchanged() async throws {
        let fixture = try RegistryFixture(config: { #"{"auths":{"\#($0)":{"registrytoken":"as it is"}}}"# })
        _ = try await fixture.download()
        #expect(fixture.requests("GET", "blobs").first?.headers["Authorization"] == "Bearer as it is")
    }

    @Test func identityTokenIsExchangedForAnAccessToken() async throws {
        let server = try LoopbackServer { request in
            switch (request.method, request.path) {
            case ("POST", "/token"):
                let form = String(decoding: request.body, as: UTF8.self)
                let isRight = form.contains("grant_type=refresh_token") && form.contains("refresh_token=refresh%20me")
                return LoopbackResponse(status: isRight ? 200 : 400, text: #"{"access_token":"fresh"}"#)
            case (_, _) where request.headers["Authorization"] == "Bearer fresh":
                return LoopbackResponse()
            default:
                let challenge = #"Bearer realm="http://\#(request.headers["Host"] ?? "")/token",service="s""#
                return LoopbackResponse(status: 401, headers: ["WWW-Authenticate": challenge])
            }
        }
        defer { server.stop() }
        let fixture = try RegistryFixture()
        let config = #"{"auths":{"\#(server.authority)":{"identitytoken":"refresh me"}}}"#
        let client = try fixture.newClient(config: config)
        let repository = Repository(domain: server.authority, path: "x")
        #expect(try await client.size(of: fixture.blob.digest, in: repository) != nil)
    }

    @Test func otherHostsDoNotGetTheLogin() async throws {
        for authentication in [Self.basic, Self.token] {
            var switches = Self.switches(authentication)
            switches.redirectsBlobs = true
            switches.location = .otherHost
            let fixture = try RegistryFixture(switches, config: Self.config())
            #expect(try await fixture.download() == fixture.content)
            let repository = Repository(domain: fixture.registry.authority, path: "rancher/y")
            _ = try await fixture.client.upload(
                fixture.blob,
                from: Source(bytes: fixture.content),
                to: repository,
                mountingFrom: nil
            )
            #expect(fixture.registry.storageRequests.map(\.method) == ["GET", "PUT"])
            #expect(fixture.registry.storageRequests.allSatisfy { $0.headers["Authorization"] == nil })
            #expect(fixture.requests("GET", "blobs").last?.headers["Authorization"] != nil)
        }
    }
}
