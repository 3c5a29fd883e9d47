import HTTP
import OCI
import Testing

@testable import Registry

@Suite(.timeLimit(.minutes(5))) struct TokenServerTests {
    static let repository = Repository(domain: "a.b", path: "rancher/x")
    static let sibling = Repository(domain: "a.b", path: "rancher/y")

    private static func server(_ challenge: String) throws -> TokenServer {
        try #require(AuthenticationChallenge.parse([challenge]).lazy.compactMap(TokenServer.init).first)
    }

    @Test func anonymous() throws {
        let server = try Self.server(#"Bearer realm="https://auth.a.b/token",service="reg a.b",scope="ignored""#)
        let request = server.request(for: [.pull(Self.repository)], with: nil, security: .verified)
        #expect(request.method == .get)
        #expect(request.url == "https://auth.a.b/token?service=reg%20a.b&scope=repository%3Arancher%2Fx%3Apull")
        #expect(request.headers.entries.isEmpty)
    }

    @Test func withAPassword() throws {
        let server = try Self.server(#"Bearer realm="https://auth.a.b/token?account=other",service="s""#)
        let login = Credential.basic(user: "me+", password: "secret")
        let scopes: Set<TokenScope> = [.push(Self.repository), .pull(Self.sibling)]
        let request = server.request(for: scopes, with: login, security: .verified)
        #expect(
            request.url == "https://auth.a.b/token?account=other&service=s&scope=repository%3Arancher%2Fx%3Apull%2Cpush"
                + "&scope=repository%3Arancher%2Fy%3Apull&account=me%2B"
        )
        #expect(request.headers["Authorization"] == "Basic bWUrOnNlY3JldA==")
    }

    @Test func withAnIdentityToken() throws {
        let server = try Self.server(#"Bearer realm="https://auth.a.b/token",service="s""#)
        let request = server.request(for: [.pull(Self.repository)], with: .identityToken("a&b"), security: .verified)
        #expect(request.method == .post)
        #expect(request.url == "https://auth.a.b/token")
        #expect(request.headers["Content-Type"] == "application/x-www-form-urlencoded")
        guard case .bytes(let body) = request.body else {
            Issue.record("no body")
            return
        }
        #expect(
            String(decoding: body, as: UTF8.self)
                == "grant_type=refresh_token&refresh_token=a%26b&service=s&scope=repository%3Arancher%2Fx%3Apull&client_id=docker"
        )
    }

    @Test func withoutAnythingToAskFor() throws {
        let server = try Self.server(#"Bearer realm="https://auth.a.b/token""#)
        #expect(server.request(for: [], with: nil, security: .verified).url == "https://auth.a.b/token")
    }

    @Test(
        arguments: [
            ("token", #"{"token":"t"}"#, "t", 60),
            ("access_token", #"{"access_token":"a"}"#, "a", 60),
            ("access_token wins", #"{"token":"t","access_token":"a"}"#, "a", 60),
            ("an empty one is none", #"{"token":""}"#, nil, 0),
            ("neither", #"{"expires_in":300}"#, nil, 0),
            ("no JSON", "<html>", nil, 0),
            ("its life", #"{"token":"t","expires_in":300}"#, "t", 300),
            ("a minute at least", #"{"token":"t","expires_in":1}"#, "t", 60),
            ("not below zero", #"{"token":"t","expires_in":-1e300}"#, "t", 60),
            ("a day at most", #"{"token":"t","expires_in":1e300}"#, "t", 86_400),
            ("issued_at is not needed", #"{"token":"t","issued_at":"yesterday"}"#, "t", 60),
        ] as [(String, String, String?, Double)]
    )
    func answers(reason: String, json: String, text: String?, life: Double) {
        let now = ContinuousClock.now
        let token = AccessToken(json: Array(json.utf8), receivedAt: now)
        #expect(token?.text == text)
        guard let token else { return }
        // The token is renewed ten seconds before its end.
        #expect(token.isValid(at: now + .seconds(life - 11)))
        #expect(!token.isValid(at: now + .seconds(life - 9)))
    }
}
