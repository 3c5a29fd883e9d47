import Testing

@testable import HTTP

/// The values of `HTTPS_PROXY` and similar variables.
@Suite(.timeLimit(.minutes(1))) struct ProxyURLTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let text: String
        let url: String?
        let login: String?
        let reason: String

        init(_ text: String, _ url: String?, login: String? = nil, _ reason: String) {
            self.text = text
            self.url = url
            self.login = login
            self.reason = reason
        }

        var testDescription: String { reason }
    }

    @Test(arguments: [
        Row("http://p:3128", "http://p:3128", "a URL"),
        Row("p:3128", "http://p:3128", "http where no scheme is given"),
        Row("p", "http://p:80", "the port of http, as in Go, not libcurl's 1080"),
        Row("http://p:", "http://p:80", "a port that is empty"),
        Row("HTTPS://p", "https://p:443", "a scheme has no case"),
        Row("socks5://p", "socks5h://p:1080", "Go has the proxy resolve names"),
        Row("socks5h://p:1", "socks5h://p:1", "as libcurl calls it"),
        Row("socks4://p", "socks4://p:1080", "libcurl knows it"),
        Row("socks4a://p", "socks4a://p:1080", "libcurl knows it"),
        Row("http://[2001:db8::1]:8080/", "http://[2001:db8::1]:8080", "IPv6"),
        Row("[2001:db8::1]", "http://[2001:db8::1]:80", "IPv6 alone"),
        Row("http://p:3128/path?query#part", "http://p:3128", "what follows the port is ignored"),
        Row("  http://p:3128\n", "http://p:3128", "blanks around it"),
        Row("http://u:w@p", "http://p:80", login: "u:w", "a login"),
        Row("u:w@p:1", "http://p:1", login: "u:w", "a login without a scheme"),
        Row("http://u@p", "http://p:80", login: "u:", "a user alone"),
        Row("http://:w@p", "http://p:80", login: ":w", "a password alone"),
        Row("http://@p", "http://p:80", "an empty login is none"),
        Row(
            "http://u:a@b:c@p:1",
            "http://p:1",
            login: "u:a%40b%3Ac",
            "the last @ ends the login, the first : the user"
        ),
        Row("http://u:a/b?c#d@p:1", "http://p:1", login: "u:a%2Fb%3Fc%23d", "signs of a URL in a password"),
        Row("http://u:\u{301}w@p", "http://p:80", login: "u:%CC%81w", "a password that begins with a combining mark"),
        Row("http://u:%E9\u{10FFE9}@p", "http://p:80", login: "u:%E9%E9", "bytes that are no UTF-8"),
        Row("http://u%20v:%41%2f@p", "http://p:80", login: "u%20v:A%2F", "percent-encoding is undone"),
        Row("http://u:1%@p", "http://p:80", login: "u:1%25", "a per cent sign without digits"),
        Row("http://u:%+1@p", "http://p:80", login: "u:%25%2B1", "a sign is no digit"),
        Row("http://u:a+b@p", "http://p:80", login: "u:a%2Bb", "a plus sign is no blank"),
        Row("u://w@p", nil, "no scheme that is known"),
        Row("ftp://p", nil, "no scheme that is known"),
        Row("", nil, "nothing"),
        Row("http://", nil, "no host"),
        Row("http://:80", nil, "no host"),
        Row("http://[]:80", nil, "no host"),
        Row("http://[::1", nil, "no end of the brackets"),
        Row("http://p:x", nil, "no number"),
        Row("http://p:0", nil, "no port"),
        Row("http://p:65536", nil, "no port"),
        Row("http://p:1:2", nil, "two ports"),
        Row("http://p q", nil, "a blank in the host"),
        Row("http://u:%00@p", nil, "a control character"),
        Row("http://u:\r\n@p", nil, "a line break"),
    ])
    func read(_ row: Row) {
        let proxy = Proxy(row.text)
        #expect(proxy?.url == row.url)
        #expect(proxy?.login == row.login)
    }

    @Test func fileAppliesIfTheEnvironmentIsUnset() throws {
        let file = ProxySettings.File(http: "f:1", https: "f:2", exemptions: "direct.example", path: "/etc/settings")
        func url(_ environment: [String: String], _ scheme: String, _ host: String) throws -> String? {
            try ProxySettings(environment: environment, file: file).proxy(scheme: scheme, host: host, port: 80)?.url
        }
        #expect(try url([:], "http", "a.example") == "http://f:1")
        #expect(try url([:], "https", "a.example") == "http://f:2")
        #expect(try url([:], "https", "direct.example") == nil)
        #expect(try url(["https_proxy": "e:1"], "https", "a.example") == "http://e:1")
        #expect(try url(["https_proxy": "e:1"], "http", "a.example") == "http://f:1")
        #expect(try url(["NO_PROXY": "other.example"], "https", "direct.example") == "http://f:2")
    }

    @Test func invalidProxyIsReported() {
        let settings = ProxySettings(
            environment: ["http_proxy": "http://:secret"],
            file: ProxySettings.File(https: "ftp://secret", path: "/etc/settings")
        )
        for (scheme, source) in [("http", "http_proxy"), ("https", "https-proxy in /etc/settings")] {
            let error = #expect(throws: HTTPError.self) {
                try settings.proxy(scheme: scheme, host: "a.example", port: 80)
            }
            #expect(error?.message.hasPrefix("a.example was not asked: \(source) names no proxy; ") == true)
            #expect(error?.message.contains("secret") == false)
        }
        #expect(throws: Never.self) { try settings.proxy(scheme: "http", host: "localhost", port: 80) }
    }
}
