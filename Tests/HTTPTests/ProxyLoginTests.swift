import FoundationEssentials
import HTTP
import TestSupport
import Testing

/// The credentials of a proxy reach only the proxy, unchanged.
@Suite(.timeLimit(.minutes(1))) struct ProxyLoginTests {
    static let passwords = [
        "xyzzy", "p@ss", "a#b", "a/b", "a?b", "50%", "100%41", "two words", ":", "a:b", "pässwört", #"q"'\"#, "&=+;",
    ]

    @Test(arguments: passwords)
    func reachesTheProxyUnchanged(_ password: String) async throws {
        let proxy = try LoopbackServer { _ in LoopbackResponse(text: "from the proxy") }
        defer { proxy.stop() }
        let expected = "Basic " + Data("us er:\(password)".utf8).base64EncodedString()
        // Verbatim, and with every byte encoded: a raw percent sign is literal unless two digits follow it.
        let raw = password.contains("%4") ? [] : ["us er:\(password)"]
        for login in raw + ["us%20er:" + password.utf8.map { "%" + Self.hex($0) }.joined()] {
            let client = HTTPClient(
                HTTPClient.Configuration(
                    threads: 1,
                    proxies: ProxySettings(environment: ["HTTP_PROXY": "http://\(login)@\(proxy.authority)/"])
                )
            )
            let answer = try await client.collect(HTTPRequest(.get, "http://far.invalid/"), limit: 100)
            #expect(answer.head.status == 200)
            #expect(proxy.requests.last?.headers["Proxy-Authorization"] == expected)
        }
    }

    @Test(arguments: passwords)
    func isNotInMessages(_ password: String) async throws {
        let refusing = try LoopbackServer { _ in LoopbackResponse(status: 407) }
        defer { refusing.stop() }
        let values = [
            "http://plugh:\(password)@unknown.invalid:1", "http://plugh:\(password)@host:1:2",
            "http://plugh:\(password)@", "http://plugh:\(password)@host:99999", "plugh:\(password)@unknown.invalid:1",
            "ftp://plugh:\(password)@unknown.invalid", "socks5://plugh:\(password)@unknown.invalid:1",
            "http://plugh:\(password)@\(refusing.authority)", "https://plugh:\(password)@\(refusing.authority)",
            "http://plugh:\(password)\u{7}@host:1",
        ]
        for value in values {
            let client = HTTPClient(
                HTTPClient.Configuration(threads: 1, proxies: ProxySettings(environment: ["HTTPS_PROXY": value]))
            )
            let error = try await httpError {
                try await client.collect(HTTPRequest(.get, "https://far.invalid/"), limit: 100)
            }
            let message = try #require(error).message
            // A password of one character is part of every sentence.
            #expect(password.count == 1 || !message.contains(password), "\(value): \(message)")
            #expect(!message.contains("plugh"), "\(value): \(message)")
        }
    }

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "0" + digits : digits
    }
}
