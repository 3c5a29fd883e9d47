import Registry
import Testing

/// docker's `config.json` (docker CLI, `cli/config`).
@Suite(.timeLimit(.minutes(5))) struct DockerConfigurationTests {
    static let userAndPassword = "dXNlcjpwYXNzOndvcmQ="  // user:pass:word

    static let rows: [(reason: String, json: String, domain: String, login: Credential?)] = [
        (
            "auth is user and password, parted at the first colon",
            #"{"auths":{"a.b":{"auth":"\#(userAndPassword)"}}}"#, "a.b", .basic(user: "user", password: "pass:word")
        ),
        (
            "its password may end in zeros", #"{"auths":{"a.b":{"auth":"dTpwAAA="}}}"#, "a.b",
            .basic(user: "u", password: "p")
        ),
        (
            "auth wins over the fields",
            #"{"auths":{"a.b":{"auth":"\#(userAndPassword)","username":"x","password":"y"}}}"#, "a.b",
            .basic(user: "user", password: "pass:word")
        ),
        (
            "fields without auth", #"{"auths":{"a.b":{"username":"x","password":"y"}}}"#, "a.b",
            .basic(user: "x", password: "y")
        ),
        (
            "an identity token wins over both",
            #"{"auths":{"a.b":{"auth":"\#(userAndPassword)","identitytoken":"t"}}}"#, "a.b", .identityToken("t")
        ),
        ("a registry token", #"{"auths":{"a.b":{"registrytoken":"t"}}}"#, "a.b", .registryToken("t")),
        ("an empty entry is what a credential store leaves", #"{"auths":{"a.b":{}},"credsStore":"pass"}"#, "a.b", nil),
        ("the port is part of the name", #"{"auths":{"a.b":{"username":"x"}}}"#, "a.b:5000", nil),
        ("and the other way round", #"{"auths":{"a.b:5000":{"username":"x"}}}"#, "a.b", nil),
        (
            "a key may be a URL", #"{"auths":{"https://a.b:5000/v1/":{"username":"x","password":"y"}}}"#, "a.b:5000",
            .basic(user: "x", password: "y")
        ),
        (
            "with http too", #"{"auths":{"http://a.b":{"username":"x","password":"y"}}}"#, "a.b",
            .basic(user: "x", password: "y")
        ),
        (
            "or have a path", #"{"auths":{"a.b/c/d":{"username":"x","password":"y"}}}"#, "a.b",
            .basic(user: "x", password: "y")
        ),
        (
            "the very name comes first", #"{"auths":{"a.b/c":{"username":"z"},"a.b":{"username":"x","password":"y"}}}"#,
            "a.b", .basic(user: "x", password: "y")
        ),
        ("a longer name is another", #"{"auths":{"a.b.evil.example":{"username":"x"}}}"#, "a.b", nil),
        (
            "the Hub has a key of its own",
            #"{"auths":{"https://index.docker.io/v1/":{"username":"x","password":"y"}}}"#, "docker.io",
            .basic(user: "x", password: "y")
        ),
        ("and no other", #"{"auths":{"docker.io":{"username":"x","password":"y"}}}"#, "docker.io", nil),
        ("no logins", "{}", "a.b", nil),
        ("none at all", #"{"auths":null}"#, "a.b", nil),
        (
            "settings of other kinds are passed over",
            #"{"auths":{"a.b":{"username":"x","password":"y","email":null}},"HttpHeaders":{"X":"y"},"psFormat":1}"#,
            "a.b", .basic(user: "x", password: "y")
        ),
    ]

    @Test(arguments: rows)
    func login(reason: String, json: String, domain: String, login: Credential?) throws {
        #expect(try DockerConfiguration(json: Array(json.utf8)).credential(for: domain) == login)
    }

    @Test(
        arguments: [
            ("", DockerConfigurationError.notJSON, "it is not the JSON of docker's configuration"),
            ("[]", .notJSON, "it is not the JSON of docker's configuration"),
            (
                #"{"auths":{"a.b":{"auth":"%"}}}"#, .badLogin("a.b"),
                "the login of a.b cannot be decoded; run 'docker login a.b' again"
            ),
            (
                #"{"auths":{"a.b":{"auth":"dXNlcg=="}}}"#, .badLogin("a.b"),
                "the login of a.b cannot be decoded; run 'docker login a.b' again"
            ),
        ]
    )
    func unusable(json: String, error: DockerConfigurationError, sentence: String) {
        #expect(throws: error) { try DockerConfiguration(json: Array(json.utf8)) }
        #expect(error.description == sentence)
    }

    @Test(
        arguments: [
            (["DOCKER_CONFIG": "/c", "HOME": "/h"], "/c/config.json"), (["HOME": "/h"], "/h/.docker/config.json"),
            (["DOCKER_CONFIG": "", "HOME": "/h"], "/h/.docker/config.json"), (["HOME": ""], nil), ([:], nil),
        ] as [([String: String], String?)]
    )
    func place(environment: [String: String], path: String?) {
        #expect(DockerConfiguration.path(in: environment) == path)
    }

    @Test(arguments: [
        Credential.basic(user: "me", password: "secret"), .identityToken("secret"), .registryToken("secret"),
    ])
    func secretsAreNotPrinted(credential: Credential) {
        #expect(!"\(credential)".contains("secret"))
        #expect(!String(reflecting: credential).contains("secret"))
        #expect(!String(reflecting: [credential]).contains("secret"))
    }
}
