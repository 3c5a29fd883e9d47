import HTTP
import OCI
import Registry
import TestSupport
import Testing

/// Retried and final requests.
@Suite(.timeLimit(.minutes(5))) struct RetryTests {
    @Test(
        arguments: [
            ("busy", FakeFault.Kind.error(503)),
            ("a server that stumbled", .error(500)),
            ("a proxy whose client has gone", .error(499)),
            ("too early", .error(425)),
            ("a proxy before a server that is away", .error(520)),
            ("too many", .error(429, "TOOMANYREQUESTS", headers: ["Retry-After": "0"])),
            ("the connection is closed", .transport(.close)),
            ("the connection is reset", .transport(.reset)),
            ("no HTTP", .transport(.garbage)),
        ]
    )
    func transientFailuresAreRetried(reason: String, kind: FakeFault.Kind) async throws {
        let fixture = try RegistryFixture()
        fixture.registry.add(FakeFault(kind, target: "manifests", times: 2))
        let digest = try await fixture.client.manifest(.tag("v1"), in: fixture.repository).digest
        #expect(digest == fixture.manifestDigest)
        #expect(fixture.requests("GET", "manifests").count == 3)
    }

    @Test func permanentFailureIsReported() async throws {
        let fixture = try RegistryFixture(patience: .milliseconds(100))
        fixture.registry.add(FakeFault(.transport(.close), target: "manifests", times: .max))
        let error = await registryError { _ = try await fixture.client.manifest(.tag("v1"), in: fixture.repository) }
        let host = fixture.registry.authority
        #expect(error?.code == .unreachable)
        #expect(
            error?.description.hasPrefix("the manifest v1 of \(host)/rancher/x: the transfer with \(host) broke off")
                == true
        )
    }

    @Test func busyRegistryIsGivenUpAfterTheTimeLimit() async throws {
        let fixture = try RegistryFixture(patience: .milliseconds(200))
        fixture.registry.add(FakeFault(.error(503, "UNAVAILABLE"), target: "manifests", times: .max))
        let error = await registryError { _ = try await fixture.client.manifest(.tag("v1"), in: fixture.repository) }
        #expect(error?.code == .unreachable)
        #expect(fixture.requests("GET", "manifests").count > 1)
    }

    @Test func hubRateLimitIsFinal() async throws {
        let fixture = try RegistryFixture()
        let body =
            #"{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit. You may increase"}]}"#
        let answer = LoopbackResponse(status: 429, body: Array(body.utf8))
        fixture.registry.add(FakeFault(.answer(answer), target: "manifests", times: .max))
        let error = await registryError { _ = try await fixture.client.manifest(.tag("v1"), in: fixture.repository) }
        let host = fixture.registry.authority
        #expect(error?.code == .rateLimited)
        #expect(
            error?.description
                .hasSuffix(
                    "toomanyrequests: You have reached your pull rate limit. You may increase; try again later, or log in:"
                        + " 'docker login \(host)', 'podman login \(host)', or --username"
                ) == true
        )
        #expect(fixture.requests("GET", "manifests").count == 1)
    }

    @Test func unavailableHostIsGivenUp() async throws {
        let server = try LoopbackServer { _ in LoopbackResponse() }
        server.stop()
        let fixture = try RegistryFixture(patience: .milliseconds(300))
        let began = ContinuousClock.now
        for _ in 0..<2 {
            let error = await registryError {
                _ = try await fixture.client.manifest(.tag("v1"), in: Repository(domain: server.authority, path: "x"))
            }
            #expect(error?.code == .unreachable)
            #expect(
                error?.description == "cannot reach the registry \(server.authority): \(server.authority) refused the"
                    + " connection: no process listens on that port; check the port, and whether the registry is running"
            )
            #expect(began.duration(to: .now) >= .milliseconds(300), "it may be there soon")
        }
    }

    @Test(arguments: ["/v2/", "/token"])
    func failedLoginIsForgotten(target: String) async throws {
        var switches = FakeSwitches()
        switches.authentication = .token(user: "me", password: "x", anonymousPull: true)
        let fixture = try RegistryFixture(switches, patience: .milliseconds(100))
        fixture.registry.add(FakeFault(.error(502), target: target, times: .max))
        // Before the 401 of the ping, only `/v2/` is requested; manifests have it in their paths too.
        let error = await registryError { _ = try await fixture.client.manifest(.tag("v1"), in: fixture.repository) }
        #expect(error?.code == .unreachable)
        fixture.registry.removeFaults()
        let digest = try await fixture.client.manifest(.tag("v1"), in: fixture.repository).digest
        #expect(digest == fixture.manifestDigest)
    }

    @Test func retryAfterWithADateIsObeyed() async throws {
        let fixture = try RegistryFixture()
        let headers: LoopbackHeaders = [
            "Date": "Wed, 21 Oct 2026 07:28:00 GMT", "Retry-After": "Wed, 21 Oct 2026 07:28:01 GMT",
        ]
        fixture.registry.add(FakeFault(.error(503, "UNAVAILABLE", headers: headers), target: "manifests"))
        let began = ContinuousClock.now
        _ = try await fixture.client.manifest(.tag("v1"), in: fixture.repository)
        #expect(began.duration(to: .now) >= .seconds(1))
    }

    @Test("an error that never ends is cut", arguments: ["manifests", "blobs"])
    func errorsWithoutEnd(target: String) async throws {
        let fixture = try RegistryFixture()
        // The body is longer than the limit and never ends, so waiting for its end would take forever.
        var answer = LoopbackResponse(status: 404, body: [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20))
        answer.fault = .stallBody(after: 200_000)
        fixture.registry.add(FakeFault(.answer(answer), target: target))
        let error = await registryError {
            if target == "blobs" {
                _ = try await fixture.download()
            } else {
                _ = try await fixture.client.manifest(.tag("v1"), in: fixture.repository)
            }
        }
        #expect(error?.code == .notFound)
    }

    @Test func interruptedPingIsRetried() async throws {
        let fixture = try RegistryFixture()
        fixture.registry.add(FakeFault(.transport(.close)))
        _ = try await fixture.client.manifest(.tag("v1"), in: fixture.repository)
        #expect(fixture.requests("GET", "").filter { $0.path == "/v2/" }.count == 2)
    }

    @Test(arguments: ["/v2/", "/token", "manifests"])
    func cancelledRequestEndsAtOnce(target: String) async throws {
        var switches = FakeSwitches()
        switches.authentication = .token(user: "me", password: "x", anonymousPull: true)
        let fixture = try RegistryFixture(switches)
        fixture.registry.add(FakeFault(.transport(.stall), target: target, times: .max))
        let task = Task { try await fixture.client.manifest(.tag("v1"), in: fixture.repository).digest }
        while fixture.registry.requests.allSatisfy({ !$0.target.contains(target) }) {
            try await Task.sleep(for: .milliseconds(2))
        }
        task.cancel()
        // Without truncation the test would hang: the server never finishes.
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
