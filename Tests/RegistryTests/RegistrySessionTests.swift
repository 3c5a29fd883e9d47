import HTTP
import OCI
import TestSupport
import Testing

@testable import Registry

/// Concurrent requests with one token.
@Suite(.timeLimit(.minutes(5))) struct RegistrySessionTests {
    private let registry: FakeRegistry
    private let http = HTTPClient(HTTPClient.Configuration(threads: 2))
    private let session: RegistrySession
    private let scopes: Set<TokenScope>

    init() throws {
        var switches = FakeSwitches()
        switches.authentication = .token(user: "me", password: "x", anonymousPull: true)
        registry = try FakeRegistry(switches)
        session = RegistrySession(domain: registry.authority, http: http, settings: RegistrySettings())
        scopes = [.pull(Repository(domain: registry.authority, path: "rancher/x"))]
    }

    private var tokenRequests: Int { registry.requests.filter { $0.path == "/token" }.count }

    @Test func lateRefusalOfAnOldTokenKeepsTheNewOne() async throws {
        defer { registry.stop() }
        _ = try await session.endpoint()
        let old = try await session.authorization(for: scopes)
        #expect(try await session.renew(after: old, scopes: scopes, challenges: [], at: registry.url))
        let new = try await session.authorization(for: scopes)
        #expect(new != old)
        // Another request with the old token is refused only now.
        #expect(try await session.renew(after: old, scopes: scopes, challenges: [], at: registry.url))
        #expect(try await session.authorization(for: scopes) == new)
        #expect(tokenRequests == 2)
    }

    @Test func eachScopeHasItsToken() async throws {
        defer { registry.stop() }
        _ = try await session.endpoint()
        let first = try await session.authorization(for: scopes)
        let other = try await session.authorization(for: [
            .pull(Repository(domain: registry.authority, path: "rancher/y"))
        ])
        #expect(first != other)
        #expect(try await session.authorization(for: scopes) == first)
        #expect(tokenRequests == 2)
    }

    @Test func cancelledWaiterDoesNotAffectTheOthers() async throws {
        let (gate, open) = AsyncStream.makeStream(of: Void.self)
        let task = SharedTask {
            for await _ in gate {}
            return 7
        }
        let first = Task { try await task.value }
        let second = Task { try await task.value }
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        open.finish()
        #expect(try await second.value == 7)
        #expect(try await task.value == 7)
        registry.stop()
    }
}
