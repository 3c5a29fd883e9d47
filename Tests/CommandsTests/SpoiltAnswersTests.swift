import TestSupport
import Testing

/// Registries whose every twelfth answer is wrong, each in another way.
@Suite(.timeLimit(.minutes(5))) struct SpoiltAnswersTests {
    private static let size = 4_000_000

    /// The faults, in rotation.
    private static func kinds(_ registry: FakeRegistry, deadHost: String) -> [FakeFault.Kind] {
        [
            .error(503), .error(429, "TOOMANYREQUESTS", headers: ["Retry-After": "1"]),
            .error(429, "TOOMANYREQUESTS", headers: ["Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"]),
            .error(500), .error(502), .error(499), .transport(.reset), .transport(.cutBody(after: 1_500)),
            .transport(.cutBody(after: 0)), .wrongByte, .transport(.stall),
            .error(
                401,
                "UNAUTHORIZED",
                headers: ["WWW-Authenticate": #"Bearer realm="\#(registry.url)/token",service="fake-registry""#]
            ),
            .answer(LoopbackResponse(status: 307, headers: ["Location": deadHost + "/elsewhere"])),
        ]
    }

    private static func registry() throws -> FakeRegistry {
        var switches = FakeSwitches()
        switches.authentication = .token(user: "me", password: "x", anonymousPull: false)
        return try FakeRegistry(switches)
    }

    @Test func aSaveAndALoad() async throws {
        let dead = try LoopbackServer { _ in LoopbackResponse(status: 404) }
        dead.stop()
        let source = try Self.registry()
        defer { source.stop() }
        let list = ManyImages.add(to: source, largeSize: Self.size)
        let bench = try Bench()
        let login = ["RANCHER_IMAGES_USERNAME": "me", "RANCHER_IMAGES_PASSWORD": "x", "RANCHER_IMAGES_PATIENCE": "12s"]
        let complete = ["-i", bench.path("complete.tar.gz")]
        let undisturbed = try await bench.save(list, from: source.authority, complete, environment: login)
        #expect(undisturbed.status == 0)
        let total = source.sentBytes

        source.spoilOne(of: 12, by: Self.kinds(source, deadHost: dead.url))
        let saved = try await bench.save(list, from: source.authority, ["--strict"], environment: login)
        #expect(saved.status == 0, "\(saved.errors)")
        try bench.directory.shell("cmp images.tar.gz complete.tar.gz")
        let again = source.sentBytes - total
        #expect(again <= total * 105 / 100, "\(again) of \(total) bytes")

        let target = try Self.registry()
        defer { target.stop() }
        target.spoilOne(of: 12, by: Self.kinds(target, deadHost: dead.url))
        let loaded = try await bench.load(
            source: source.authority,
            target: target.authority,
            ["--strict"],
            environment: login
        )
        #expect(loaded.status == 0, "\(loaded.errors)")
        for name in list {
            let repository = String(name.dropLast(":v1".count))
            #expect(target.manifest(repository, "v1") == source.manifest(repository, "v1"))
        }
    }
}
