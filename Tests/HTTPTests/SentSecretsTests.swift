import FoundationEssentials
import Testing

@testable import HTTP

/// Texts of servers, redacted.
@Suite(.timeLimit(.minutes(1))) struct SentSecretsTests {
    private static func request(_ authorization: String) -> HTTPRequest {
        HTTPRequest(.get, "http://a.b/", headers: ["Authorization": authorization])
    }

    private static func basic(_ login: [UInt8]) -> HTTPRequest {
        request("Basic " + Data(login).base64EncodedString())
    }

    @Test(arguments: [
        ("the password", "(correct horse)", "(…)"), ("its percent-encoding", "p=correct%20horse", "p=…"),
        ("the login in base64", "got Basic bWU6Y29ycmVjdCBob3JzZQ==, no", "got Basic …==, no"),
        ("without the signs at its end", "got bWU6Y29ycmVjdCBob3JzZQ", "got …"),
        ("the password in base64", "Y29ycmVjdCBob3JzZQ==", "…=="),
        ("more than once", "correct horse correct horse", "… …"), ("a part of it", "correct hors", "correct hors"),
        ("the user", "no user me", "no user me"), ("nothing", "", ""),
    ])
    func credentialsAreRedacted(reason: String, text: String, shown: String) {
        let secrets = SentSecrets()
        secrets.add(Self.basic(Array("me:correct horse".utf8)))
        #expect(secrets.redacting(text) == shown)
    }

    @Test func allSentSecrets() {
        let secrets = SentSecrets()
        secrets.add(Self.request("Bearer access.token"))
        var form = HTTPRequest(.post, "http://a.b/")
        form.secrets = ["refresh/me"]
        secrets.add(form)
        var signed = HTTPRequest(.post, "http://a.b/", headers: ["X-Amz-Security-Token": "session=="])
        signed.signature = RequestSignature(keyID: "AKIA", secret: "aws+key", region: "x", service: "ecr")
        secrets.add(signed)
        secrets.add(Self.basic([0x75, 0x3A, 0xE9, 0x3A, 0xFF, 0x22]))
        #expect(
            secrets.redacting("access.token refresh/me refresh%2Fme refresh%2fme session== aws+key AKIA")
                == "… … … … … … AKIA"
        )
        #expect(secrets.redacting([0x61, 0xE9, 0x3A, 0xFF, 0x22, 0x62]) == Array("a…b".utf8))
        #expect(secrets.redacting([0x61, 0xE9, 0x3A, 0xFF, 0x5C, 0x22]) == Array("a…".utf8))
    }

    @Test(
        "however a server escapes a secret, it is found",
        arguments: [
            #"s3cr\u00e9t-p\u00E4ss <\"'+%&\\/\ud83d\udE00"#, "s3crét-päss &lt;&quot;&#x27;&#43;&#37;&amp;\\/😀",
            "s3cr%c3%A9t-p%C3%a4ss+%3c%22%27%2B%25%26%5c%2F%F0%9F%98%80", "s3crét-päss &LT;&#34;&apos;+%&\\/&#128512;",
            #"s3crét-päss \u003c\"'+%\u0026\\\/😀"#,
        ]
    )
    func escapes(text: String) {
        let secrets = SentSecrets()
        secrets.add(Array("s3crét-päss <\"'+%&\\/😀".utf8))
        #expect(secrets.redacting("it was (\(text))") == "it was (…)")
    }

    @Test func escapesOfBase64() {
        let secrets = SentSecrets()
        secrets.add(Self.basic(Array("user:s3?>/a~~?>?x".utf8)))
        #expect(secrets.redacting("got dXNlcjpzMz8%2bL2F%2Bfj8%2BP3g%3D") == "got …%3D")
    }

    @Test func hostileTextsAreRedactedQuickly() {
        let secrets = SentSecrets()
        secrets.add([UInt8](repeating: UInt8(ascii: "%"), count: 200))
        let text =
            [UInt8](repeating: UInt8(ascii: "%"), count: 199) + Array(String(repeating: "%25", count: 2_000).utf8)
        #expect(secrets.redacting(text).count < text.count)
        for rest in ["%", "%2", "\\", "\\u", "\\ud800", "\\ud800\\u12", "&", "&#", "&#x110000;", "&#99999999999;"] {
            #expect(secrets.redacting(rest) == rest)
        }
    }

    @Test func textsWithoutSecrets() {
        let secrets = SentSecrets()
        secrets.add(Self.basic(Array("me:".utf8)))
        secrets.add(Self.basic(Array("me".utf8)))
        for value in ["Basic", "Basic ***", "Bearer ", "Bearer", ""] { secrets.add(Self.request(value)) }
        #expect(secrets.redacting("me: me Basic Bearer *** ") == "me: me Basic Bearer *** ")
    }

    @Test func longestSecretIsRedactedFirst() {
        let secrets = SentSecrets()
        secrets.add(Array("pass".utf8))
        secrets.add(Array("password".utf8))
        #expect(secrets.redacting("password pass") == "… …")
    }

    @Test func oldTokensAreForgotten() {
        let secrets = SentSecrets()
        for number in 1000..<2000 { secrets.add(Self.request("Bearer token-\(number)")) }
        #expect(secrets.redacting("token-1999 token-1800 token-1000") == "… … token-1000")
    }

    @Test func proxyCredentialsAreSecrets() {
        let proxies = ProxySettings(environment: [
            "HTTP_PROXY": "http://me:pr%40xy@p:1", "HTTPS_PROXY": "http://u:%E9t@p",
        ])
        let client = HTTPClient(HTTPClient.Configuration(threads: 1, proxies: proxies))
        #expect(client.secrets.redacting("pr@xy") == "…")
        #expect(client.secrets.redacting([0xE9, 0x74]) == Array("…".utf8))
    }
}
