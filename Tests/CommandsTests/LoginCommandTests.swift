import CommandLine
import FoundationEssentials
import GoldenSuite
import TestSupport
import Testing

/// The program uses the logins of docker and podman on a host, and prints no secrets.
@Suite(.timeLimit(.minutes(2))) struct LoginCommandTests {
    private static let image = "rancher/x:v1"

    /// A registry with one image, or without the images of the list.
    private static func registry(
        _ authentication: FakeSwitches.Authentication = .none,
        images: [String] = ["rancher/x"]
    ) throws -> FakeRegistry {
        var switches = FakeSwitches()
        switches.authentication = authentication
        let registry = try FakeRegistry(switches)
        for image in images {
            registry.addImage(
                repository: image,
                tag: "v1",
                configuration: Array(#"{"os":"linux","architecture":"amd64"}"#.utf8),
                layers: [Array("the layer of \(image)".utf8)]
            )
        }
        return registry
    }

    @Test func aCredentialHelperThatIsAScript() async throws {
        let registry = try Self.registry(.basic(user: "me", password: "p@ss #/?%"), images: ["rancher/x", "rancher/y"])
        defer { registry.stop() }
        let bench = try Bench()
        try bench.directory.write(#"{"credsStore":"keep"}"#, to: "config.json")
        let script = #"""
            #!/bin/sh
            read -r server
            echo "$server" >>"$LOG"
            printf '{"ServerURL":"%s","Username":"me","Secret":"p@ss #/?%%"}\n' "$server"
            """#
        try bench.directory.write(script, to: "bin/docker-credential-keep")
        try bench.directory.shell("chmod +x bin/docker-credential-keep")
        let saved = try await bench.save(
            [Self.image, "rancher/y:v1"],
            from: registry.authority,
            environment: [
                "DOCKER_CONFIG": bench.directory.path, "PATH": bench.path("bin"), "LOG": bench.path("log"),
            ]
        )
        #expect(saved.status == 0, "\(saved.errors)")
        #expect(try bench.directory.text("log") == "\(registry.authority)\n", "it is run once")
    }

    @Test func aMissingHelperIsReported() async throws {
        let registry = try Self.registry(.basic(user: "me", password: "x"))
        defer { registry.stop() }
        let bench = try Bench()
        try bench.directory.write(#"{"credsStore":"gone"}"#, to: "config.json")
        let saved = try await bench.save(
            [Self.image],
            from: registry.authority,
            environment: ["DOCKER_CONFIG": bench.directory.path]
        )
        #expect(saved.status == 1)
        #expect(saved.errors.contains("docker-credential-gone, which \(bench.path("config.json")) names for "))
        #expect(saved.errors.contains("is not installed, or not in PATH"))
        #expect(saved.errors.contains("no login for \(registry.authority) is known: it was looked for in "))
    }

    @Test func aHostWithPodmanOnly() async throws {
        let registry = try Self.registry(.token(user: "me", password: "x", anonymousPull: false))
        defer { registry.stop() }
        let bench = try Bench()
        let auth = Data("me:x".utf8).base64EncodedString()
        try bench.directory.write(
            #"{"auths":{"\#(registry.authority)/rancher":{"auth":"\#(auth)"}}}"#,
            to: ".config/containers/auth.json"
        )
        let saved = try await bench.save(
            [Self.image],
            from: registry.authority,
            environment: ["HOME": bench.directory.path]
        )
        #expect(saved.status == 0, "\(saved.errors)")
    }

    @Test func mirrorsWithHalfOfTheImages() async throws {
        let first = try Self.registry(images: ["rancher/x"])
        defer { first.stop() }
        let second = try Self.registry(images: ["rancher/y"])
        defer { second.stop() }
        let bench = try Bench()
        try bench.directory.write(
            #"{"registry-mirrors":["\#(first.url)","\#(second.url)/"]}"#,
            to: ".config/docker/daemon.json"
        )
        try bench.directory.write("rancher/x:v1\nrancher/y:v1\nrancher/none:v1\n", to: "list.txt")
        let saved = try await bench.run(
            .save,
            ["-l", bench.path("list.txt"), "-i", bench.path("images.tar.gz")],
            // Docker Hub is behind a proxy that does not exist.
            environment: ["HOME": bench.directory.path, "HTTPS_PROXY": "http://127.0.0.1:1"]
        )
        #expect(saved.status == 0, "\(saved.errors)")
        #expect(saved.lines.contains("Image pull success: rancher/x:v1"))
        #expect(saved.lines.contains("Image pull success: rancher/y:v1"))
        #expect(saved.errors.contains("cannot reach the registry docker.io: "))
        #expect(saved.errors.contains("2 of 3 images saved, 1 failed"))
    }

    // MARK: Flags

    @Test func aLoginOfTheCommandLineTakesPrecedence() async throws {
        let registry = try Self.registry(.basic(user: "me", password: "p@ss #/?%"))
        defer { registry.stop() }
        let bench = try Bench()
        let auth = Data("me:another".utf8).base64EncodedString()
        try bench.directory.write(#"{"auths":{"\#(registry.authority)":{"auth":"\#(auth)"}}}"#, to: "config.json")
        let environment = ["DOCKER_CONFIG": bench.directory.path, "RANCHER_IMAGES_PASSWORD": "p@ss #/?%"]
        let saved = try await bench.save(
            [Self.image],
            from: registry.authority,
            ["--username", "me"],
            environment: environment
        )
        #expect(saved.status == 0, "\(saved.errors)")
        let loaded = try await bench.load(
            source: registry.authority,
            target: registry.authority + "/mirror",
            environment: environment.merging(["RANCHER_IMAGES_USERNAME": "me"]) { $1 }
        )
        #expect(loaded.status == 0, "\(loaded.errors)")
        #expect(registry.manifest("mirror/rancher/x", "v1") != nil)
    }

    @Test func aPasswordFromStandardInput() async throws {
        let registry = try Self.registry(.basic(user: "me", password: "p@ss #/?%"))
        defer { registry.stop() }
        let bench = try Bench()
        try bench.directory.write("\(Self.image)\n", to: "list.txt")
        let program = "\(try Suite().products)/rancher-save-images"
        try bench.directory.shell(
            """
            printf '%s\\n' 'p@ss #/?%' | env -i HOME=. PATH=/nowhere \(program) --engine registry -l list.txt -i a.tar.gz \\
                -s \(registry.authority) --username me --password-stdin
            """
        )
        #expect(try bench.directory.names().contains("a.tar.gz"))
    }

    @Test(
        arguments: [
            (["--username", "me"], "there is no password for the user me: give --password-stdin"),
            (["--password-stdin"], "--password-stdin has no user: give --username too"),
        ]
    )
    func incompleteLogins(words: [String], sentence: String) async throws {
        let registry = try Self.registry()
        defer { registry.stop() }
        let saved = try await Bench().save([Self.image], from: registry.authority, words)
        #expect(saved.status == 1)
        #expect(saved.errors.contains(sentence))
        #expect(registry.requests.isEmpty)
    }

    @Test(.enabled(if: Machine.hasNginx, "nginx is not installed"))
    func aCAFile() async throws {
        let registries = try NamedRegistries(["far.example.com"])
        defer { registries.stop() }
        registries.registry.addImage(
            repository: "rancher/x",
            tag: "v1",
            configuration: Array(#"{"os":"linux","architecture":"amd64"}"#.utf8),
            layers: [Array("layer".utf8)]
        )
        var environment = registries.environment
        let certificate = try #require(environment["SSL_CERT_FILE"])
        environment["SSL_CERT_FILE"] = nil
        let bench = try Bench()
        let without = try await bench.save([Self.image], from: "far.example.com", environment: environment)
        #expect(without.status == 1)
        #expect(without.errors.contains("--ca-file"), "the flag is advised: \(without.errors)")
        let with = try await bench.save(
            [Self.image],
            from: "far.example.com",
            ["--ca-file", certificate],
            environment: environment
        )
        #expect(with.status == 0, "\(with.errors)")
        let none = try await bench.save([Self.image], from: "far.example.com", ["--ca-file", "/none.pem"])
        #expect(none.status == 1)
        #expect(none.errors.contains("no certificate of an authority is taken from /none.pem"))
    }

    // MARK: No secrets in messages

    private static let secrets = ["p@s/s#?%", "50%%", "two  words", "q\"'\\q"]

    /// The places of a secret, and the files and variables of a run. `SECRET` is the secret in JSON, `AUTH` the user and the secret in base64,
    /// `HOST` the registry.
    private static let places: [(name: String, files: [String: String], environment: [String: String])] = [
        ("auth", ["config.json": #"{"auths":{"HOST":{"auth":"AUTH"}}}"#], [:]),
        ("password", ["config.json": #"{"auths":{"HOST":{"username":"me","password":"SECRET"}}}"#], [:]),
        ("identity token", ["config.json": #"{"auths":{"HOST":{"identitytoken":"SECRET"}}}"#], [:]),
        ("registry token", ["config.json": #"{"auths":{"HOST":{"registrytoken":"SECRET"}}}"#], [:]),
        ("a file that is no JSON", ["config.json": #"{"auths":{"HOST":{"password":"SECRET""#], [:]),
        ("a key", ["config.json": #"{"auths":{"https://me:SECRET@HOST/":{"auth":"!"}}}"#], [:]),
        ("a variable", [:], ["DOCKER_AUTH_CONFIG": #"{"auths":{"HOST":{"auth":"AUTH"}}}"#]),
        ("a variable that is no JSON", [:], ["DOCKER_AUTH_CONFIG": #"{"auths":{"HOST":{"auth":"SECRET""#]),
        ("a helper", ["config.json": #"{"credsStore":"good"}"#], [:]),
        ("a helper that fails", ["config.json": #"{"credsStore":"bad"}"#], [:]),
        ("a helper that says something else", ["config.json": #"{"credsStore":"odd"}"#], [:]),
        ("a mirror", [".config/docker/daemon.json": #"{"registry-mirrors":["https://me:SECRET@HOST"]}"#], [:]),
        (
            "a proxy of the daemon",
            [
                ".config/docker/daemon.json":
                    #"{"proxies":{"http-proxy":"ftp://me:SECRET@HOST","https-proxy":"http://me:SECRET@127.0.0.1:1"}}"#
            ],
            [:]
        ),
    ]

    @Test(arguments: secrets)
    func noSecretIsPrinted(secret: String) async throws {
        // All places at once: each waits until the patience with a host that cannot be reached is over.
        try await withThrowingDiscardingTaskGroup { group in
            for place in Self.places.indices {
                group.addTask { try await expectNotPrinted(secret, givenAt: place) }
            }
        }
    }

    private func expectNotPrinted(_ secret: String, givenAt place: Int) async throws {
        let registry = try Self.registry(
            secret.contains("/")
                ? .token(user: "me", password: "another", anonymousPull: false)
                : .basic(user: "me", password: "another")
        )
        defer { registry.stop() }
        let bench = try Bench()
        let auth = Data("me:\(secret)".utf8).base64EncodedString()
        let json = String(decoding: try JSONEncoder().encode(secret), as: UTF8.self).dropFirst().dropLast()
        func filled(_ text: String) -> String {
            text.replacing("HOST", with: registry.authority).replacing("SECRET", with: json)
                .replacing("AUTH", with: auth)
        }
        let (name, files, variables) = Self.places[place]
        for (path, text) in files { try bench.directory.write(filled(text), to: path) }
        try bench.directory.write(#"{"Username":"me","Secret":"\#(json)"}"#, to: "answer")
        let read = #"read -r answer <"$ANSWER"; printf '%s\n' "$answer"; printf '%s\n' "$answer" >&2"#
        for (helper, end) in [("good", "exit 0"), ("bad", "exit 1"), ("odd", "printf x")] {
            try bench.directory.write("#!/bin/sh\n\(read)\n\(end)\n", to: "bin/docker-credential-\(helper)")
        }
        try bench.directory.shell("chmod +x bin/*")
        var environment = [
            "HOME": bench.directory.path, "DOCKER_CONFIG": bench.directory.path, "PATH": bench.path("bin"),
            "ANSWER": bench.path("answer"), "HTTPS_PROXY": "http://me:\(secret)@127.0.0.1:1",
        ]
        for (variable, text) in variables { environment[variable] = filled(text) }
        // One from the registry itself, one by the daemon's proxy.
        let saved = try await bench.save(
            [Self.image, "far.invalid/rancher/x:v1"],
            from: "",
            ["--verbose", "--insecure-registry", "far.invalid"],
            environment: environment
        )
        let other = try await bench.save(
            [Self.image],
            from: registry.authority,
            ["--verbose"],
            environment: environment
        )
        #expect(other.status == 1, "\(name)")
        let reported = saved.output + saved.errors + other.output + other.errors
        #expect(!reported.isEmpty)
        for form in [secret, String(json), auth, secret.replacing("%", with: "%25")] where !form.isEmpty {
            #expect(!reported.contains(form), "\(name) with \(secret): \(reported)")
        }
    }
}
