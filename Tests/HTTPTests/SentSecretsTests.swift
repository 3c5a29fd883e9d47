import FoundationEssentials
import Testing

@testable import HTTP

/// Texts of servers, without what they were sent.
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
    func aLogin(reason: String, text: String, shown: String) {
        let secrets = SentSecrets()
        secrets.add(Self.basic(Array("me:correct horse".utf8)))
        #expect(secrets.redacting(text) == shown)
    }

    @Test func allThatIsSent() {
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

    @Test func whatIsNoSecret() {
        let secrets = SentSecrets()
        secrets.add(Self.basic(Array("me:".utf8)))
        secrets.add(Self.basic(Array("me".utf8)))
        for value in ["Basic", "Basic ***", "Bearer ", "Bearer", ""] { secrets.add(Self.request(value)) }
        #expect(secrets.redacting("me: me Basic Bearer *** ") == "me: me Basic Bearer *** ")
    }

    @Test func theLongestGoesFirst() {
        let secrets = SentSecrets()
        secrets.add(Array("pass".utf8))
        secrets.add(Array("password".utf8))
        #expect(secrets.redacting("password pass") == "… …")
    }

    @Test func tokensAreForgottenInTime() {
        let secrets = SentSecrets()
        for number in 1000..<2000 { secrets.add(Self.request("Bearer token-\(number)")) }
        #expect(secrets.redacting("token-1999 token-1800 token-1000") == "… … token-1000")
    }

    @Test func aProxysLoginIsOne() {
        let proxies = ProxySettings(environment: [
            "HTTP_PROXY": "http://me:pr%40xy@p:1", "HTTPS_PROXY": "http://u:%E9t@p",
        ])
        let client = HTTPClient(HTTPClient.Configuration(threads: 1, proxies: proxies))
        #expect(client.secrets.redacting("pr@xy") == "…")
        #expect(client.secrets.redacting([0xE9, 0x74]) == Array("…".utf8))
    }
}
