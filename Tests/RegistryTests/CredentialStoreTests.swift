import FoundationEssentials
import OCI
import Synchronization
import TestSupport
import Testing

@testable import Registry

/// The sources of credentials, and the output of credential helpers.
@Suite(.timeLimit(.minutes(1))) struct CredentialStoreTests {
    private let directory: TemporaryDirectory
    private let notices = Notices()

    init() throws { directory = try TemporaryDirectory() }

    private static let repository = Repository(domain: "reg.example:5000", path: "team/x")

    /// A file with credentials for the registry of ``repository``.
    private static func file(_ user: String) -> String {
        #"{"auths":{"\#(repository.domain)":{"username":"\#(user)","password":"y"}}}"#
    }

    private func logins(
        _ environment: [String: String],
        explicit: ExplicitCredential? = nil,
        helper: (any CredentialHelper)? = nil
    ) -> CredentialStore {
        // A separate runtime directory, so that this machine's files in /run are not read.
        let base = ["HOME": directory.path("home"), "XDG_RUNTIME_DIR": directory.path("run")]
        return CredentialStore(
            environment: base.merging(environment) { $1 },
            explicit: explicit,
            helper: helper,
            notice: notices.add
        )
    }

    @Test func firstSourceWithCredentialsWins() async throws {
        let places = [
            "home/.docker/config.json", "registries.json", "run/containers/auth.json",
            "home/.config/containers/auth.json",
        ]
        for (number, place) in places.enumerated().reversed() {
            try directory.write(Self.file("user\(number)"), to: place)
            let login = try await logins(["REGISTRY_AUTH_FILE": directory.path("registries.json")])
                .login(for: Self.repository)
            #expect(login?.credential == .basic(user: "user\(number)", password: "y"))
            #expect(login?.origin == "from \(directory.path(place))")
        }
        let variable = try await logins(["DOCKER_AUTH_CONFIG": Self.file("variable")]).login(for: Self.repository)
        #expect(variable?.credential == .basic(user: "variable", password: "y"))
        #expect(variable?.origin == "from DOCKER_AUTH_CONFIG")
        let explicit = ExplicitCredential(registry: "REG.example:5000", user: "me", password: "z", source: "--username")
        let all = logins(["DOCKER_AUTH_CONFIG": Self.file("variable")], explicit: explicit)
        let given = try await all.login(for: Self.repository)
        #expect(given?.credential == .basic(user: "me", password: "z"))
        #expect(given?.origin == "from --username")
        #expect(try await all.login(for: Repository(domain: "other.example", path: "x")) == nil)
        #expect(notices.all.isEmpty)
    }

    @Test func configuredDirectoriesAreRead() {
        let environment = [
            "HOME": "/h", "DOCKER_CONFIG": "/d", "XDG_RUNTIME_DIR": "/r", "XDG_CONFIG_HOME": "/c",
            "REGISTRY_AUTH_FILE": "/a.json",
        ]
        #expect(
            CredentialStore.paths(in: environment) == [
                "/d/config.json", "/a.json", "/r/containers/auth.json", "/c/containers/auth.json",
            ]
        )
        let home = CredentialStore.paths(in: ["HOME": "/h", "DOCKER_CONFIG": ""])
        #expect(home.first == "/h/.docker/config.json" && home.last == "/h/.config/containers/auth.json")
        #expect(home.count == 3)
        #expect(home[1].hasPrefix("/run/containers/") && home[1].hasSuffix("/auth.json"))
        #expect(CredentialStore.paths(in: [:]).count == 1)
    }

    @Test func unreadableFileIsReported() async throws {
        try directory.write("no JSON", to: "home/.docker/config.json")
        try directory.write(Self.file("podman"), to: "run/containers/auth.json")
        let login = try await logins([:]).login(for: Self.repository)
        #expect(login?.credential == .basic(user: "podman", password: "y"))
        let path = directory.path("home/.docker/config.json")
        #expect(notices.all == ["no logins are taken from \(path): it is not the JSON of docker's configuration"])
    }

    @Test func sourcesAreNamed() throws {
        #expect(CredentialStore().places == "nothing was there to look for one in")
        try directory.write("{}", to: "home/.docker/config.json")
        let names = ["home/.docker/config.json", "run/containers/auth.json", "home/.config/containers/auth.json"]
            .map(directory.path)
        #expect(logins([:]).places == "it was looked for in \(names[0]), \(names[1]) and \(names[2])")
        #expect(CredentialStore([], missing: ["/a"]).places == "it was looked for in /a")
    }

    @Test(arguments: [
        ("word\n", "word"), ("word\r\n", "word"), ("word", "word"), (" wo rd \n", " wo rd "), ("\n", ""), ("", ""),
        ("p@#/?%\n", "p@#/?%"), ("word\u{2028}", "word\u{2028}"), ("word\u{85}\n", "word\u{85}"),
        ("word\n\n", "word\n"),
        ("word\r", "word"),
    ])
    func passwordFromStandardInput(input: String, password: String) {
        #expect(ExplicitCredential.password(in: Array(input.utf8)) == password)
    }

    // MARK: Credential helpers

    @Test func helperRunsOncePerRegistry() async throws {
        try directory.write(#"{"credsStore":"keep"}"#, to: "home/.docker/config.json")
        let helper = Helper { server, name in
            #expect(name == "keep")
            return CredentialHelperAnswer(isSuccess: true, text: #"{"Username":"\#(server)","Secret":"s"}"#)
        }
        let logins = logins([:], helper: helper)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    let repository = Repository(domain: "reg.example:5000", path: "x\(number)")
                    let login = try await logins.login(for: repository)
                    #expect(login?.credential == .basic(user: "reg.example:5000", password: "s"))
                }
            }
            try await group.waitForAll()
        }
        #expect(helper.calls == ["reg.example:5000"])
        let hub = try await logins.login(for: Repository(domain: "docker.io", path: "library/x"))
        #expect(hub?.credential == .basic(user: "https://index.docker.io/v1/", password: "s"))
        #expect(
            hub?.origin == "from docker-credential-keep, as \(directory.path("home/.docker/config.json")) says"
        )
    }

    @Test(
        arguments: [
            (true, #"{"ServerURL":"x","Username":"me","Secret":"s"}"#, .basic(user: "me", password: "s"), nil),
            (true, #"{"Username":"<token>","Secret":"s"}"#, .identityToken("s"), nil),
            (true, #"{"Username":"","Secret":""}"#, nil, nil),
            (false, "credentials not found in native keychain\n", nil, nil),
            (false, #"{"Username":"me","Secret":"sesame"}"#, nil, "failed"),
            (false, "", nil, "failed"),
            (true, "sesame", nil, "answered with something that is no login"),
            (true, #"["sesame"]"#, nil, "answered with something that is no login"),
        ] as [(Bool, String, Credential?, String?)]
    )
    func answers(isSuccess: Bool, output: String, credential: Credential?, problem: String?) async throws {
        try directory.write(#"{"credHelpers":{"reg.example:5000":"keep"}}"#, to: "home/.docker/config.json")
        let helper = Helper { _, _ in CredentialHelperAnswer(isSuccess: isSuccess, text: output) }
        let logins = logins([:], helper: helper)
        #expect(try await logins.login(for: Self.repository)?.credential == credential)
        #expect(try await logins.login(for: Self.repository)?.credential == credential)
        let path = directory.path("home/.docker/config.json")
        let sentence = problem.map {
            "docker-credential-keep, which \(path) names for reg.example:5000, \($0); no login is taken from it: try"
                + " 'echo reg.example:5000 | docker-credential-keep get'"
        }
        #expect(notices.all == [sentence].compactMap(\.self), "once, and without what it wrote")
    }

    @Test func nextSourceIsTriedAfterAHelperFailure() async throws {
        try directory.write(#"{"credsStore":"gone"}"#, to: "home/.docker/config.json")
        try directory.write(Self.file("podman"), to: "run/containers/auth.json")
        let helper = Helper { _, _ in throw CredentialHelperError("is not installed") }
        let login = try await logins([:], helper: helper).login(for: Self.repository)
        #expect(login?.credential == .basic(user: "podman", password: "y"))
        #expect(notices.all.first?.hasPrefix("docker-credential-gone, which ") == true)
        #expect(notices.all.first?.contains(" is not installed; ") == true)
    }

    // MARK: Refusals

    @Test(arguments: [AuthenticationTests.basic, AuthenticationTests.token])
    func refusalNamesTheCredentialsAndTheirFile(authentication: FakeSwitches.Authentication) async throws {
        var switches = FakeSwitches()
        switches.authentication = authentication
        let fixture = try RegistryFixture(
            switches,
            config: { #"{"auths":{"\#($0)":{"username":"you","password":"wr0ng"}}}"# }
        )
        let host = fixture.registry.authority
        let error = await registryError { _ = try await fixture.download() }
        #expect(
            error?.description
                .hasSuffix(
                    "; it got the login of user you from /etc/logins.json; log in as a user who may do this:"
                        + " 'docker login \(host)', 'podman login \(host)', or --username"
                ) == true,
            "\(error?.description ?? "")"
        )
        let anonymous = try fixture.newClient(config: "{}")
        let other = await registryError { _ = try await anonymous.manifest(.tag("v1"), in: fixture.repository) }
        #expect(
            other?.description
                .contains(
                    "; no login for \(host) is known: it was looked for in /etc/logins.json; log in as "
                ) == true,
            "\(other?.description ?? "")"
        )
    }

    @Test func repeatedSecretsAreNotPrinted() async throws {
        for password in ["p@ss", "a#b/c?", "50% off", "tw o"] {
            let header = "me:\(password)"
            let encoded = Data(header.utf8).base64EncodedString()
            let server = try LoopbackServer { request in
                let body = #"{"errors":[{"code":"DENIED","message":"not with \#(password) or \#(encoded)"}]}"#
                let headers: LoopbackHeaders = [
                    "WWW-Authenticate": "Basic realm=x", "Content-Type": "application/json",
                ]
                return LoopbackResponse(status: 401, headers: headers, body: Array(body.utf8))
            }
            defer { server.stop() }
            let fixture = try RegistryFixture()
            let client = try fixture.newClient(config: #"{"auths":{"\#(server.authority)":{"auth":"\#(encoded)"}}}"#)
            let repository = Repository(domain: server.authority, path: "x")
            let error = await registryError { _ = try await client.manifest(.tag("v1"), in: repository) }
            let sentence = try #require(error).description
            #expect(sentence.contains("denied: not with … or …"))
            #expect(!sentence.contains(password) && !sentence.contains(encoded), "\(sentence)")
        }
    }

    @Test(arguments: ["p@ss", "a#b/c?", "50% off", "tw o"])
    func tokenRepeatedByATokenServerIsNotPrinted(secret: String) async throws {
        let server = try LoopbackServer { request in
            guard request.path == "/token" else {
                return LoopbackResponse(
                    status: 401,
                    headers: ["WWW-Authenticate": #"Bearer realm="/token",service="s""#, "Content-Type": "text/plain"]
                )
            }
            let form = String(decoding: request.body, as: UTF8.self)
            return LoopbackResponse(status: 400, text: "bad form \(form); bad token \(secret)")
        }
        defer { server.stop() }
        let fixture = try RegistryFixture()
        let client = try fixture.newClient(
            config: #"{"auths":{"\#(server.authority)":{"identitytoken":"\#(secret)"}}}"#
        )
        let repository = Repository(domain: server.authority, path: "x")
        let error = await registryError { _ = try await client.manifest(.tag("v1"), in: repository) }
        let sentence = try #require(error).description
        #expect(sentence.contains("refresh_token=…&") && sentence.contains("bad token …"), "\(sentence)")
        #expect(!sentence.contains(secret))
    }

    @Test func identityTokenIsNotAPassword() async throws {
        var switches = FakeSwitches()
        switches.authentication = AuthenticationTests.basic
        let fixture = try RegistryFixture(switches, config: { #"{"auths":{"\#($0)":{"identitytoken":"t0ken"}}}"# })
        let error = await registryError { _ = try await fixture.client.manifest(.tag("v1"), in: fixture.repository) }
        #expect(
            error?.description
                .contains(
                    "; it wants a user and a password, and there is only the identity token from /etc/logins.json; log in "
                ) == true,
            "\(error?.description ?? "")"
        )
    }

    @Test func secretInAServersURLIsNotPrinted() async throws {
        let fixture = try RegistryFixture()
        for password in ["p@ss", "a#b", "a/b", "a?b", "50%", "tw o"] {
            let bad = "http://me:\(password)@127.0.0.1:1/x"
            let realm = try LoopbackServer { _ in
                LoopbackResponse(status: 401, headers: ["WWW-Authenticate": #"Bearer realm="\#(bad)""#])
            }
            defer { realm.stop() }
            let location = try LoopbackServer { request in
                request.path == "/v2/"
                    ? LoopbackResponse(text: "{}") : LoopbackResponse(status: 307, headers: ["Location": bad])
            }
            defer { location.stop() }
            for server in [realm, location] {
                let repository = Repository(domain: server.authority, path: "x")
                let error = await registryError {
                    _ = try await fixture.newClient().manifest(.tag("v1"), in: repository)
                }
                let sentence = try #require(error).description
                #expect(!sentence.contains(password), "\(sentence)")
            }
        }
    }
}

/// Records sentences.
private final class Notices: Sendable {
    private let state = Mutex<[String]>([])

    var all: [String] { state.withLock { $0 } }

    func add(_ sentence: String) { state.withLock { $0.append(sentence) } }
}

/// A fake credential helper.
private final class Helper: CredentialHelper {
    private let answer: @Sendable (String, String) throws -> CredentialHelperAnswer
    private let state = Mutex<[String]>([])

    init(_ answer: @escaping @Sendable (String, String) throws -> CredentialHelperAnswer) { self.answer = answer }

    /// The requested servers.
    var calls: [String] { state.withLock { $0 } }

    func get(_ server: String, from name: String) throws -> CredentialHelperAnswer {
        state.withLock { $0.append(server) }
        return try answer(server, name)
    }
}

extension CredentialHelperAnswer {
    fileprivate init(isSuccess: Bool, text: String) {
        self.init(isSuccess: isSuccess, output: Array(text.utf8))
    }
}

extension CredentialStoreTests {
    @Test func passwordFromStandardInputNeedNotBeUTF8() {
        let password = ExplicitCredential.password(in: [0x70, 0xE9, 0xFF, 0x0A])
        #expect(Credential.basicHeader(user: "u", password: password) == "Basic dTpw6f8=")
    }

    @Test func helperOutputIsUTF8() throws {
        let answer = CredentialHelperAnswer(
            isSuccess: true,
            output: Array(#"{"Username":"ü","Secret":"\u0301é"}"#.utf8)
        )
        guard case .basic(let user, let password) = try answer.credential() else {
            Issue.record("there is no login")
            return
        }
        let expected = Data("ü:\u{301}é".utf8).base64EncodedString()
        #expect(Credential.basicHeader(user: user, password: password) == "Basic \(expected)")
    }

    /// Reading a named pipe or a device could block forever.
    @Test(.timeLimit(.minutes(1)), arguments: ["mkfifo", "ln -s /dev/zero", "mkdir"])
    func specialFilesAreNotRead(command: String) async throws {
        try directory.shell("mkdir -p home/.docker && \(command) home/.docker/config.json")
        #expect(try await logins([:]).login(for: Self.repository) == nil)
        let path = directory.path("home/.docker/config.json")
        #expect(
            notices.all == ["no logins are taken from \(path): cannot read \(path): it is not a regular file"]
        )
    }

    @Test func hugeFileIsNotRead() async throws {
        try directory.shell("mkdir -p home/.docker && truncate -s 1048577 home/.docker/config.json")
        #expect(try await logins([:]).login(for: Self.repository) == nil)
        let path = directory.path("home/.docker/config.json")
        #expect(
            notices.all == ["no logins are taken from \(path): cannot read \(path): it has more than 1048576 bytes"]
        )
    }
}
