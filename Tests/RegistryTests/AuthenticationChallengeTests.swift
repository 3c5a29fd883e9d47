import Testing

@testable import Registry

@Suite(.timeLimit(.minutes(5))) struct AuthenticationChallengeTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let reason: String
        let fields: [String]
        let challenges: [AuthenticationChallenge]

        init(_ reason: String, _ fields: [String], _ challenges: [(String, [String: String])]) {
            self.reason = reason
            self.fields = fields
            self.challenges = challenges.map { AuthenticationChallenge(scheme: $0.0, parameters: $0.1) }
        }

        var testDescription: String { reason }
    }

    static let rows = [
        Row(
            "docker's own",
            [
                #"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push""#
            ],
            [
                (
                    "bearer",
                    [
                        "realm": "https://auth.docker.io/token", "service": "registry.docker.io",
                        "scope": "repository:a/b:pull,push",
                    ]
                )
            ]
        ),
        Row("the scheme in upper case", [#"BASIC realm="Nexus""#], [("basic", ["realm": "Nexus"])]),
        Row("names of parameters in upper case", [#"Bearer Realm="x""#], [("bearer", ["realm": "x"])]),
        Row("a value without quotes", ["Bearer realm=x, service=y"], [("bearer", ["realm": "x", "service": "y"])]),
        Row("blanks around the sign", [#"Bearer realm = "x""#], [("bearer", ["realm": "x"])]),
        Row(
            "two in one field",
            [#"Bearer realm="x",service="y", Basic realm="z""#],
            [("bearer", ["realm": "x", "service": "y"]), ("basic", ["realm": "z"])]
        ),
        Row(
            "two fields",
            [#"Basic realm="z""#, #"Bearer realm="x""#],
            [("basic", ["realm": "z"]), ("bearer", ["realm": "x"])]
        ),
        Row(
            "a scheme without parameters",
            ["Negotiate, Basic realm=z"],
            [("negotiate", [:]), ("basic", ["realm": "z"])]
        ),
        Row(
            "signs of the grammar in quotes",
            [#"Bearer realm="a,b=c Basic \"d\" \\",service=y"#],
            [("bearer", ["realm": #"a,b=c Basic "d" \"#, "service": "y"])]
        ),
        Row("the first of two equal names", ["Bearer realm=x,realm=y"], [("bearer", ["realm": "x"])]),
        Row("a quote that does not end", [#"Bearer realm="x"#], [("bearer", ["realm": "x"])]),
        Row(
            "a token of Negotiate before it",
            ["Negotiate YIIJvwYGKwYBBQUCoIIJ==, Basic realm=\"z\""],
            [("negotiate", [:]), ("basic", ["realm": "z"])]
        ),
        Row("a token alone", ["NTLM TlRMTVNTUAAB", #"Basic realm="z""#], [("ntlm", [:]), ("basic", ["realm": "z"])]),
        Row("a sign without a value", ["Bearer realm="], [("bearer", ["realm": ""])]),
        Row("an empty value", [#"Bearer realm="",service="y""#], [("bearer", ["realm": "", "service": "y"])]),
        Row("nothing", ["", " , "], []),
        Row("nothing that can be read", [#"=x"#, #""x""#], []),
    ]

    @Test(arguments: rows)
    func parsed(row: Row) {
        #expect(AuthenticationChallenge.parse(row.fields) == row.challenges)
    }

    @Test func onlyABearerWithARealmIsATokenServer() {
        let servers = ["Bearer realm=x", "Basic realm=x", "Bearer service=x"]
            .flatMap { AuthenticationChallenge.parse([$0]) }
        #expect(servers.map { TokenServer($0)?.realm } == ["x", nil, nil])
    }
}
