import FoundationEssentials
import OCI
import Testing

@testable import Registry

/// docker's `config.json` (docker CLI, `cli/config`) and podman's `auth.json` (containers-auth.json(5)).
@Suite(.timeLimit(.minutes(1))) struct DockerConfigurationTests {
    static let userAndPassword = "dXNlcjpwYXNzOndvcmQ="  // user:pass:word
    private static let sample = Credential.basic(user: "x", password: "y")

    struct Row: Sendable, CustomTestStringConvertible {
        let reason: String
        let json: String
        let repository: String
        let login: Credential?

        init(_ reason: String, _ json: String, _ repository: String, _ login: Credential?) {
            self.reason = reason
            self.json = json
            self.repository = repository
            self.login = login
        }

        /// A file with the credentials `x` and `y` under some keys, and others under other keys.
        init(_ reason: String, keys: [String], others: [String] = [], _ repository: String, isFound: Bool = true) {
            let entries =
                keys.map { #""\#($0)":{"username":"x","password":"y"}"# }
                + others.map { #""\#($0)":{"username":"z","password":"z"}"# }
            self.init(reason, #"{"auths":{\#(entries.joined(separator: ","))}}"#, repository, isFound ? sample : nil)
        }

        var testDescription: String { reason }
    }

    @Test(arguments: [
        Row(
            "auth is user and password, parted at the first colon",
            #"{"auths":{"a.b":{"auth":"\#(userAndPassword)"}}}"#,
            "a.b/c",
            .basic(user: "user", password: "pass:word")
        ),
        Row(
            "its password may end in zeros",
            #"{"auths":{"a.b":{"auth":"dTpwAAA="}}}"#,
            "a.b/c",
            .basic(user: "u", password: "p")
        ),
        Row(
            "it may begin with a combining mark",
            #"{"auths":{"a.b":{"auth":"dTrMgXA="}}}"#,
            "a.b/c",
            .basic(user: "u", password: "\u{301}p")
        ),
        Row(
            "neither need be UTF-8",
            #"{"auths":{"a.b":{"auth":"/nU6w+k="}}}"#,
            "a.b/c",
            .basic(user: "\u{10FFFE}u", password: "\u{10FFC3}\u{10FFE9}")
        ),
        Row(
            "a text of JSON is its UTF-8",
            #"{"auths":{"a.b":{"username":"u","password":"\#u{10FFE9}"}}}"#,
            "a.b/c",
            .basic(user: "u", password: "\u{10FFF4}\u{10FF8F}\u{10FFBF}\u{10FFA9}")
        ),
        Row(
            "without the signs at its end",
            #"{"auths":{"a.b":{"auth":"dTpwAAA"}}}"#,
            "a.b/c",
            .basic(user: "u", password: "p")
        ),
        Row(
            "with line breaks",
            #"{"auths":{"a.b":{"auth":"dXNlcjpw\nYXNzOndv\r\ncmQ=\n"}}}"#,
            "a.b/c",
            .basic(user: "user", password: "pass:word")
        ),
        Row(
            "auth wins over the fields",
            #"{"auths":{"a.b":{"auth":"\#(userAndPassword)","username":"x","password":"y"}}}"#,
            "a.b/c",
            .basic(user: "user", password: "pass:word")
        ),
        Row("fields without auth", keys: ["a.b"], "a.b/c"),
        Row(
            "an identity token wins over both, and keeps its user",
            #"{"auths":{"a.b":{"auth":"\#(userAndPassword)","identitytoken":"t"}}}"#,
            "a.b/c",
            .identityToken("t", user: "user")
        ),
        Row("a registry token", #"{"auths":{"a.b":{"registrytoken":"t"}}}"#, "a.b/c", .registryToken("t")),
        Row("an entry is empty where a store has it", #"{"auths":{"a.b":{}},"credsStore":"x"}"#, "a.b/c", nil),
        Row("or it is null", #"{"auths":{"a.b":null}}"#, "a.b/c", nil),
        Row(
            "an empty entry is passed over",
            #"{"auths":{"a.b":{},"https://a.b":{"username":"x","password":"y"}}}"#,
            "a.b/c",
            sample
        ),
        Row("the port is part of the name", keys: ["a.b"], "a.b:5000/c", isFound: false),
        Row("and the other way round", keys: ["a.b:5000"], "a.b/c", isFound: false),
        Row("a key may be a URL", keys: ["https://a.b:5000/v1/"], "a.b:5000/c"),
        Row("of the second version", keys: ["https://a.b:5000/v2/"], "a.b:5000/c"),
        Row("with http too", keys: ["http://a.b"], "a.b/c"),
        Row("a user in it is nobody", keys: ["https://me:secret@a.b/"], "a.b/c"),
        Row("a host has no case", keys: ["REG.Example.COM:5000"], "reg.example.com:5000/c"),
        Row("neither in a reference", keys: ["reg.example.com"], "REG.example.com/c"),
        Row("the very name comes first", keys: ["a.b"], others: ["https://a.b/v1/"], "a.b/c"),
        Row("another path is the last resort", keys: ["a.b/x/y"], "a.b/c"),
        Row("the registry goes before it", keys: ["a.b"], others: ["a.b/x"], "a.b/c"),
        Row("a path that fits goes before the registry", keys: ["a.b/c"], others: ["a.b"], "a.b/c/d"),
        Row("the longest", keys: ["a.b/c/d"], others: ["a.b", "a.b/c"], "a.b/c/d/e"),
        Row("the whole repository", keys: ["a.b/c/d"], others: ["a.b/c"], "a.b/c/d"),
        Row("a part of a name is no path", keys: ["a.b"], others: ["a.b/c"], "a.b/cd"),
        Row("a longer name is another", keys: ["a.b.evil.example"], "a.b/c", isFound: false),
        Row("the Hub has a key of its own", keys: ["https://index.docker.io/v1/"], "docker.io/c"),
        Row("podman's", keys: ["docker.io"], "docker.io/c"),
        Row("that of the index", keys: ["index.docker.io"], "docker.io/c"),
        Row("that on the wire", keys: ["registry-1.docker.io"], "docker.io/c"),
        Row("with a scheme", keys: ["https://registry-1.docker.io/v2/"], "docker.io/c"),
        Row("docker's goes first", keys: ["https://index.docker.io/v1/"], others: ["docker.io"], "docker.io/c"),
        Row("a path on the Hub", keys: ["docker.io/team"], others: ["https://index.docker.io/v1/"], "docker.io/team/c"),
        Row("a host that is like the Hub", keys: ["docker.io.evil.example"], "docker.io/c", isFound: false),
        Row("no logins", "{}", "a.b/c", nil),
        Row("none at all", #"{"auths":null}"#, "a.b/c", nil),
        Row(
            "settings of other kinds are passed over",
            #"{"auths":{"a.b":{"username":"x","password":"y","email":null}},"HttpHeaders":{"X":"y"},"psFormat":1}"#,
            "a.b/c",
            sample
        ),
    ])
    func login(_ row: Row) throws {
        let configuration = try DockerConfiguration(json: Array(row.json.utf8))
        #expect(try configuration.credential(for: try Self.repository(row.repository)) == row.login)
    }

    @Test(
        arguments: [
            ("a store keeps all", #"{"credsStore":"s"}"#, "a.b:1/c", "s a.b:1"),
            ("that of the Hub by its URL", #"{"credsStore":"s"}"#, "docker.io/c", "s https://index.docker.io/v1/"),
            (
                "a helper of a registry goes before it", #"{"credsStore":"s","credHelpers":{"a.b":"h"}}"#, "a.b/c",
                "h a.b"
            ),
            ("it is no other's", #"{"credHelpers":{"a.b":"h"}}"#, "a.b:1/c", nil),
            (
                "the Hub's", #"{"credHelpers":{"https://index.docker.io/v1/":"h"}}"#, "docker.io/c",
                "h https://index.docker.io/v1/"
            ),
            ("as podman names it", #"{"credHelpers":{"docker.io":"h"}}"#, "docker.io/c", "h docker.io"),
            ("of a path", #"{"credHelpers":{"a.b":"h","a.b/c":"g"}}"#, "a.b/c/d", "g a.b"),
            ("empty ones are none", #"{"credsStore":"","credHelpers":{"a.b":""}}"#, "a.b/c", nil),
        ] as [(String, String, String, String?)]
    )
    func helper(reason: String, json: String, repository: String, helper: String?) throws {
        let found = try DockerConfiguration(json: Array(json.utf8)).helper(for: try Self.repository(repository))
        #expect(found.map { "\($0.name) \($0.server)" } == helper)
    }

    @Test(arguments: ["", "[]", #"{"auths":5}"#])
    func invalidJSON(json: String) {
        #expect(throws: DockerConfigurationError.notJSON) { try DockerConfiguration(json: Array(json.utf8)) }
    }

    @Test(arguments: ["%", "dXNlcg=="])
    func malformedCredentialsDoNotAffectOthers(auth: String) throws {
        let json = #"{"auths":{"a.b":{"auth":"\#(auth)"},"c.d":{"username":"x","password":"y"}}}"#
        let configuration = try DockerConfiguration(json: Array(json.utf8))
        #expect(throws: DockerConfigurationError.badLogin("a.b")) {
            try configuration.credential(for: try Self.repository("a.b/c"))
        }
        #expect(try configuration.credential(for: try Self.repository("c.d/c")) == Self.sample)
    }

    @Test func sentences() {
        #expect(DockerConfigurationError.notJSON.description == "it is not the JSON of docker's configuration")
        #expect(
            DockerConfigurationError.badLogin("a.b").description
                == "the login of a.b cannot be decoded; run 'docker login a.b' again"
        )
    }

    @Test(arguments: [
        Credential.basic(user: "me", password: "secret"), .identityToken("secret"), .registryToken("secret"),
    ])
    func secretsAreNotPrinted(credential: Credential) {
        #expect(!"\(credential)".contains("secret"))
        #expect(!String(reflecting: credential).contains("secret"))
        #expect(!String(reflecting: [credential]).contains("secret"))
    }

    /// Returns the repository `DOMAIN/PATH`; the domain may be in any case.
    private static func repository(_ name: String) throws -> Repository {
        let slash = try #require(name.firstIndex(of: "/"))
        return Repository(domain: String(name[..<slash]), path: String(name[name.index(after: slash)...]))
    }

    @Test func credentialsAreSentUnchanged() throws {
        let auth = Data([0x75, 0xE9, 0x3A, 0xCC, 0x81, 0xFF, 0x3A, 0xF4, 0x8F, 0xBF, 0xA9]).base64EncodedString()
        let json = #"{"auths":{"a.b":{"auth":"\#(auth)"}}}"#
        let configuration = try DockerConfiguration(json: Array(json.utf8))
        guard
            case .basic(let user, let password) = try configuration.credential(
                for: Repository(domain: "a.b", path: "c")
            )
        else {
            Issue.record("there is no login")
            return
        }
        #expect(Credential.basicHeader(user: user, password: password) == "Basic \(auth)")
    }
}
