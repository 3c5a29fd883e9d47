import CommandLine
import FoundationEssentials
import TestSupport
import Testing

/// The log of `--verbose`, and that it has no secrets.
@Suite(.timeLimit(.minutes(3))) struct VerboseTests {
    private static let image = "rancher/x:v1"

    private static func registry(_ switches: FakeSwitches = FakeSwitches()) throws -> FakeRegistry {
        let registry = try FakeRegistry(switches)
        registry.addImage(
            repository: "rancher/x",
            tag: "v1",
            configuration: Array(#"{"os":"linux","architecture":"amd64"}"#.utf8),
            layers: [Array("the layer".utf8)]
        )
        return registry
    }

    /// The lines of the log without the program's name, with `HOST` for a registry, `DIGEST` and `SHORT` for a digest, and `TIME`
    /// for a duration.
    private static func lines(_ outcome: Bench.Outcome, _ registry: FakeRegistry) -> [String] {
        outcome.errors.split(separator: "\n")
            .compactMap { line -> String? in
                guard let mark = line.firstRange(of: ": > ") else { return nil }
                return String(line[mark.upperBound...]).replacing(registry.authority, with: "HOST")
                    .replacing(/sha256:[0-9a-f]{64}/, with: "DIGEST")
                    .replacing(/\b[0-9a-f]{12}\b/, with: "SHORT")
                    .replacing(/\d+(\.\d)? m?s\b/, with: "TIME")
                    .replacing(/127\.0\.0\.1:\d+/, with: "STORAGE")
            }
    }

    @Test func aSaveAndALoadLineByLine() async throws {
        var switches = FakeSwitches()
        switches.redirectsBlobs = true
        let registry = try Self.registry(switches)
        defer { registry.stop() }
        let bench = try Bench()
        registry.add(FakeFault(.error(503), method: "GET", target: "/manifests/"))
        let saved = try await bench.save([Self.image], from: registry.authority, ["--verbose", "--jobs", "1"])
        #expect(saved.status == 0, "\(saved.errors)")
        let fetched = { (kind: String, size: Int) in
            [
                "GET http://HOST/v2/rancher/x/blobs/DIGEST: 307 to http://STORAGE/v2/rancher/x/blobs/DIGEST?signature=… in TIME",
                "GET http://STORAGE/v2/rancher/x/blobs/DIGEST?signature=…: 200, \(size) B received in TIME",
            ]
        }
        let expected =
            [
                "GET http://HOST/v2/: 200, 2 B received in TIME",
                "HOST is reached at http://HOST/v2/ without TLS",
                "GET http://HOST/v2/rancher/x/manifests/v1: 503, 72 B received in TIME",
                "HOST is busy: backing off for TIME",
                "HOST gets at most 1 request at a time",
                "HOST is asked again after TIME: it answered 503",
                "GET http://HOST/v2/rancher/x/manifests/v1: 200, 420 B received in TIME",
            ] + fetched("configuration", 37) + fetched("layer", 9) + [
                "HOST/rancher/x:v1: configuration SHORT, 37 B, was fetched",
                "HOST/rancher/x:v1: layer SHORT, 9 B, was fetched",
            ]
        let log = Self.lines(saved, registry)
        #expect(Set(expected).subtracting(log).isEmpty, "\(log.joined(separator: "\n"))")

        let again = try await bench.save([Self.image], from: registry.authority, ["--verbose"])
        #expect(
            Self.lines(again, registry).contains("HOST/rancher/x:v1: layer SHORT, 9 B, was copied from another archive")
        )

        let loaded = try await bench.load(
            source: registry.authority,
            target: registry.authority + "/mirror",
            ["--verbose", "--jobs", "1"]
        )
        #expect(loaded.status == 0, "\(loaded.errors)")
        let pushes = [
            "HEAD http://HOST/v2/mirror/rancher/x/blobs/DIGEST: 404 in TIME",
            "POST http://HOST/v2/mirror/rancher/x/blobs/uploads/: 202 in TIME",
            "PUT http://HOST/v2/mirror/rancher/x/blobs/uploads/1?_state=…&digest=DIGEST: 201, 9 B sent in TIME",
            "PUT http://HOST/v2/mirror/rancher/x/manifests/v1: 201, 420 B sent in TIME",
            "HOST/mirror/rancher/x:v1: layer SHORT, 9 B, was sent",
        ]
        let pushed = Self.lines(loaded, registry).map { $0.replacing(/uploads\/[^?:]+/, with: "uploads/1") }
            .map { $0.replacing("uploads/1:", with: "uploads/:") }
        #expect(Set(pushes).subtracting(pushed).isEmpty, "\(pushed.joined(separator: "\n"))")
    }

    @Test func nothingIsLoggedWithoutTheFlag() async throws {
        let registry = try Self.registry()
        defer { registry.stop() }
        let saved = try await Bench().save([Self.image], from: registry.authority)
        #expect(saved.status == 0)
        #expect(Self.lines(saved, registry) == [])
    }

    @Test func mirrorsWithoutTheImageAreLogged() async throws {
        let registry = try FakeRegistry()
        defer { registry.stop() }
        let bench = try Bench()
        try bench.directory.write(#"{"registry-mirrors":["\#(registry.url)"]}"#, to: ".config/docker/daemon.json")
        let saved = try await bench.save(
            ["docker.io/rancher/x:v1"],
            from: "",
            ["--verbose"],
            environment: ["HOME": bench.directory.path, "HTTPS_PROXY": "http://127.0.0.1:1"]
        )
        #expect(Self.lines(saved, registry).contains("the mirror http://HOST does not help: it answered 404"))
    }

    // MARK: No secrets in the log

    private static let secrets = ["p@s/s#?%", "50%%", "two  words", "q\"'\\q"]

    /// The forms in which a secret could be logged.
    private static func forms(_ secret: String) -> [String] {
        let json = try? JSONEncoder().encode(secret)
        let inQuery = secret.utf8
            .map { byte -> String in
                let isPlain =
                    UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                let digits = String(byte, radix: 16, uppercase: true)
                return isPlain ? String(UnicodeScalar(byte)) : "%" + (digits.count == 1 ? "0" : "") + digits
            }
            .joined()
        return [
            secret, json.map { String(decoding: $0, as: UTF8.self) } ?? secret,
            Data("me:\(secret)".utf8).base64EncodedString(), inQuery, secret.replacing("%", with: "%25"),
        ]
    }

    private static func expectNoSecret(
        _ secret: String,
        in runs: [Bench.Outcome],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let log = runs.map { $0.output + $0.errors }.joined()
        #expect(log.contains(": > "), "something is logged", sourceLocation: sourceLocation)
        // The tokens and the signature of the fake, and the state of an upload.
        for form in forms(secret) + ["token-1", "token-2", "secret%2Fsign", "at%2F0"] {
            #expect(!log.contains(form), "\(form) in \(log)", sourceLocation: sourceLocation)
        }
    }

    @Test(arguments: [true, false], secrets)
    func ofALoginThatWorks(isToken: Bool, secret: String) async throws {
        var switches = FakeSwitches()
        switches.authentication =
            isToken
            ? .token(user: "me", password: secret, anonymousPull: false) : .basic(user: "me", password: secret)
        switches.redirectsBlobs = true
        let registry = try Self.registry(switches)
        defer { registry.stop() }
        let bench = try Bench()
        let login = Data("me:\(secret)".utf8).base64EncodedString()
        try bench.directory.write(#"{"auths":{"\#(registry.authority)":{"auth":"\#(login)"}}}"#, to: "config.json")
        let environment = ["DOCKER_CONFIG": bench.directory.path]
        let words = ["--verbose"]
        let saved = try await bench.save([Self.image], from: registry.authority, words, environment: environment)
        let target = registry.authority + "/mirror"
        let loaded = try await bench.load(source: registry.authority, target: target, words, environment: environment)
        #expect(saved.status == 0 && loaded.status == 0, "\(saved.errors)\(loaded.errors)")
        let recipient = isToken ? "the token server of HOST, http://HOST/token, gets the" : "HOST gets the"
        for run in [saved, loaded] {
            let sentence = "\(recipient) login of user me from \(bench.path("config.json"))"
            #expect(Self.lines(run, registry).contains(sentence), "\(run.errors)")
        }
        Self.expectNoSecret(secret, in: [saved, loaded])
    }

    @Test(arguments: secrets)
    func ofAnIdentityToken(secret: String) async throws {
        let server = try LoopbackServer { request in
            if request.path == "/token" { return LoopbackResponse(text: #"{"access_token":"token-1"}"#) }
            guard request.headers["Authorization"] == "Bearer token-1" else {
                let challenge = #"Bearer realm="http://\#(request.headers["Host"] ?? "")/token",service="s""#
                return LoopbackResponse(status: 401, headers: ["WWW-Authenticate": challenge])
            }
            // The answer repeats the secret, in a redirect with a token.
            return LoopbackResponse(status: 307, headers: ["Location": "/elsewhere?token=\(Self.forms(secret)[3])"])
        }
        defer { server.stop() }
        let bench = try Bench()
        let json = String(decoding: try JSONEncoder().encode(secret), as: UTF8.self)
        try bench.directory.write(
            #"{"auths":{"\#(server.authority)":{"identitytoken":\#(json)}}}"#,
            to: "config.json"
        )
        let saved = try await bench.save(
            [Self.image],
            from: server.authority,
            ["--verbose"],
            environment: ["DOCKER_CONFIG": bench.directory.path]
        )
        #expect(server.requests.contains { $0.path == "/token" && $0.method == "POST" })
        #expect(saved.errors.contains("/elsewhere?token=…"))
        Self.expectNoSecret(secret, in: [saved])
    }

    @Test(arguments: secrets)
    func ofAProxy(secret: String) async throws {
        let registry = try Self.registry()
        defer { registry.stop() }
        let port = try #require(registry.authority.split(separator: ":").last.flatMap { Int($0) })
        let proxy = try LoopbackServer { request in
            request.method == "CONNECT" ? LoopbackResponse(tunnelTo: port) : LoopbackResponse(status: 404)
        }
        defer { proxy.stop() }
        let bench = try Bench()
        let variable = "http://me:\(secret)@\(proxy.authority)"
        let saved = try await bench.save(
            ["far.invalid/rancher/x:v1"],
            from: "",
            ["--verbose", "--insecure-registry", "far.invalid"],
            environment: ["HTTPS_PROXY": variable, "HTTP_PROXY": variable]
        )
        #expect(proxy.requests.first?.headers["Proxy-Authorization"] != nil)
        #expect(saved.errors.contains("by the proxy http://\(proxy.authority)"))
        Self.expectNoSecret(secret, in: [saved])
    }
}
