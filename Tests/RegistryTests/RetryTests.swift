import HTTP
import ImageModel
import Registry
import TestSupport
import Testing

/// Requests that are made again, and those that are not.
@Suite(.timeLimit(.minutes(5))) struct RetryTests {
    @Test(
        arguments: [
            ("busy", StandInFault.Kind.error(503)),
            ("a server that stumbled", .error(500)),
            ("too many", .error(429, "TOOMANYREQUESTS", headers: ["Retry-After": "0"])),
            ("the connection is closed", .transport(.close)),
            ("the connection is reset", .transport(.reset)),
            ("no HTTP", .transport(.garbage)),
        ]
    )
    func whatPassesIsTriedAgain(reason: String, kind: StandInFault.Kind) async throws {
        let fixture = try RegistryFixture()
        fixture.registry.add(StandInFault(kind, target: "manifests", times: 2))
        let digest = try await fixture.client.manifest(.tag("v1"), in: fixture.repository).digest
        #expect(digest == fixture.manifestDigest)
        #expect(fixture.requests("GET", "manifests").count == 3)
    }

    @Test func whatDoesNotPassIsToldInTheEnd() async throws {
        let fixture = try RegistryFixture()
        fixture.registry.add(StandInFault(.transport(.close), target: "manifests", times: .max))
        let error = await registryError { _ = try await fixture.client.manifest(.tag("v1"), in: fixture.repository) }
        let host = fixture.registry.authority
        #expect(error?.code == .unreachable)
        #expect(
            error?.description.hasPrefix("the manifest v1 of \(host)/rancher/x: the transfer with \(host) broke off")
                == true
        )
    }

    @Test func noMoreTriesAreMadeThanThePolicyAllows() async throws {
        let fixture = try RegistryFixture(attempts: 3)
        fixture.registry.add(StandInFault(.error(503, "UNAVAILABLE"), target: "manifests", times: .max))
        let error = await registryError { _ = try await fixture.client.manifest(.tag("v1"), in: fixture.repository) }
        #expect(error?.code == .unreachable)
        #expect(fixture.requests("GET", "manifests").count == 3)
    }

    @Test func theHubsLimitIsNotWaitedFor() async throws {
        let fixture = try RegistryFixture()
        let body =
            #"{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit. You may increase"}]}"#
        let answer = LoopbackResponse(status: 429, headers: ["Retry-After": "1"], body: Array(body.utf8))
        fixture.registry.add(StandInFault(.answer(answer), target: "manifests", times: .max))
        let error = await registryError { _ = try await fixture.client.manifest(.tag("v1"), in: fixture.repository) }
        let host = fixture.registry.authority
        #expect(error?.code == .rateLimited)
        #expect(
            error?.description
                .hasSuffix(
                    "toomanyrequests: You have reached your pull rate limit. You may increase; try again later, or log in with"
                        + " 'docker login \(host)'"
                ) == true
        )
        #expect(fixture.requests("GET", "manifests").count == 1)
    }

    @Test func aHostThatNobodyServesIsAskedOnce() async throws {
        let server = try LoopbackServer { _ in LoopbackResponse() }
        server.stop()
        let fixture = try RegistryFixture()
        for _ in 0..<2 {
            let error = await registryError {
                _ = try await fixture.client.manifest(.tag("v1"), in: Repository(domain: server.authority, path: "x"))
            }
            #expect(error?.code == .unreachable)
            #expect(
                error?.description == "cannot reach the registry \(server.authority): \(server.authority) refused the"
                    + " connection: nobody listens on that port"
            )
        }
    }

    @Test func aPingThatBrokeIsTriedAgain() async throws {
        let fixture = try RegistryFixture()
        fixture.registry.add(StandInFault(.transport(.close)))
        _ = try await fixture.client.manifest(.tag("v1"), in: fixture.repository)
        #expect(fixture.requests("GET", "").filter { $0.path == "/v2/" }.count == 2)
    }

    @Test(arguments: ["/v2/", "/token", "manifests"])
    func aCancelledRequestEndsAtOnce(target: String) async throws {
        var switches = StandInSwitches()
        switches.authentication = .token(user: "me", password: "x", anonymousPull: true)
        let fixture = try RegistryFixture(switches)
        fixture.registry.add(StandInFault(.transport(.stall), target: target, times: .max))
        let task = Task { try await fixture.client.manifest(.tag("v1"), in: fixture.repository).digest }
        var isAsked = false
        for _ in 0..<10_000 where !isAsked {
            try await Task.sleep(for: .milliseconds(2))
            isAsked = fixture.registry.requests.contains { $0.target.contains(target) }
        }
        #expect(isAsked)
        task.cancel()
        // Without an end the test would hang: the server never answers.
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
