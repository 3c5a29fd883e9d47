import HTTP
import Testing

@Suite(.timeLimit(.minutes(5))) struct ProxySettingsTests {
    struct Row: Sendable {
        let environment: [String: String]
        let scheme: String
        let host: String
        let port: Int
        let proxy: String?
        let why: String

        init(
            _ environment: [String: String],
            _ scheme: String,
            _ host: String,
            _ port: Int,
            _ proxy: String?,
            _ why: String
        ) {
            self.environment = environment
            self.scheme = scheme
            self.host = host
            self.port = port
            self.proxy = proxy
            self.why = why
        }
    }

    @Test(arguments: [
        Row([:], "http", "a.example", 80, nil, "nothing is set"),
        Row(["HTTP_PROXY": "http://p:3128"], "http", "a.example", 80, "http://p:3128", "upper case"),
        Row(["http_proxy": "http://p:3128"], "http", "a.example", 80, "http://p:3128", "lower case"),
        Row(
            ["HTTP_PROXY": "http://u", "http_proxy": "http://l"],
            "http",
            "a.example",
            80,
            "http://u:80",
            "upper case wins"
        ),
        Row(["HTTP_PROXY": "", "http_proxy": "http://l"], "http", "a.example", 80, "http://l:80", "empty is not set"),
        Row(["HTTP_PROXY": "http://p"], "https", "a.example", 443, nil, "it is for http only"),
        Row(["HTTPS_PROXY": "http://p"], "http", "a.example", 80, nil, "it is for https only"),
        Row(["https_proxy": "https://p"], "https", "a.example", 443, "https://p:443", "a proxy may speak TLS"),
        Row(["ALL_PROXY": "http://p", "all_proxy": "http://p"], "http", "a.example", 80, nil, "Go does not know it"),
        Row(["HTTP_PROXY": "p:3128"], "http", "a.example", 80, "http://p:3128", "http where no scheme is given"),
        Row(["HTTP_PROXY": "socks5://p"], "http", "a.example", 80, "socks5h://p:1080", "the proxy resolves names"),
        Row(["HTTP_PROXY": "http://p", "REQUEST_METHOD": "GET"], "http", "a.example", 80, nil, "a CGI program"),
        Row(
            ["HTTPS_PROXY": "http://p", "REQUEST_METHOD": "GET"],
            "https",
            "a.example",
            443,
            "http://p:80",
            "CGI has no Https"
        ),
    ])
    func chosenProxy(_ row: Row) throws {
        let settings = ProxySettings(environment: row.environment)
        #expect(try settings.proxy(scheme: row.scheme, host: row.host, port: row.port)?.url == row.proxy, "\(row.why)")
    }

    struct Exemption: Sendable {
        let list: String
        let host: String
        let port: Int
        let isDirect: Bool
        let why: String

        init(_ list: String, _ host: String, port: Int = 80, _ isDirect: Bool, _ why: String) {
            self.list = list
            self.host = host
            self.port = port
            self.isDirect = isDirect
            self.why = why
        }
    }

    @Test(arguments: [
        Exemption("", "a.example", false, "nothing is exempt"),
        Exemption("", "localhost", true, "always direct"),
        Exemption("", "127.0.0.1", true, "always direct"),
        Exemption("", "127.9.9.9", true, "all of 127.0.0.0/8 is loopback"),
        Exemption("", "::1", true, "always direct"),
        Exemption("", "::ffff:127.0.0.1", true, "IPv4 mapped into IPv6"),
        Exemption("", "localhost.evil.example", false, "not the localhost"),
        Exemption("*", "a.example", true, "everything"),
        Exemption("b, * ,c", "a.example", true, "everything, anywhere in the list"),
        Exemption("a.example", "a.example", true, "the host"),
        Exemption("a.example", "A.Example", true, "names have no case"),
        Exemption("A.EXAMPLE", "a.example", true, "entries have no case"),
        Exemption("a.example", "x.a.example", true, "a host below it"),
        Exemption("a.example", "xa.example", false, "no host below it"),
        Exemption("a.example", "a.example.org", false, "another domain"),
        Exemption(".a.example", "x.a.example", true, "a host below it"),
        Exemption(".a.example", "a.example", false, "a leading dot leaves the domain itself out"),
        Exemption("*.a.example", "x.a.example", true, "as with a leading dot"),
        Exemption("*.a.example", "a.example", false, "as with a leading dot"),
        Exemption(" x ,, a.example ", "a.example", true, "blanks and empty entries are ignored"),
        Exemption("a.example:5000", "a.example", port: 5000, true, "that port"),
        Exemption("a.example:5000", "a.example", port: 80, false, "another port"),
        Exemption("a.example:x", "a.example", port: 80, false, "a port that is no number"),
        Exemption(":80", "a.example", port: 80, false, "no host"),
        Exemption("10.1.2.3", "10.1.2.3", true, "an address"),
        Exemption("10.1.2.3", "10.1.2.30", false, "another address"),
        Exemption("10.1.2.3:80", "10.1.2.3", port: 80, true, "an address and that port"),
        Exemption("10.1.2.3:81", "10.1.2.3", port: 80, false, "an address and another port"),
        Exemption("10.0.0.0/8", "10.200.0.1", true, "in the network"),
        Exemption("10.0.0.0/8", "11.0.0.1", false, "not in the network"),
        Exemption("10.0.0.128/25", "10.0.0.129", true, "bits that end inside a byte"),
        Exemption("10.0.0.128/25", "10.0.0.127", false, "bits that end inside a byte"),
        Exemption("0.0.0.0/0", "10.0.0.1", true, "all of IPv4"),
        Exemption("0.0.0.0/0", "2001:db8::1", false, "none of IPv6"),
        Exemption("0.0.0.0/0", "a.example", false, "names are not resolved for it"),
        Exemption("10.0.0.0/33", "10.0.0.0", false, "no such network"),
        Exemption("10.0.0.0/-1", "10.0.0.0", false, "no such network"),
        Exemption("2001:db8::/32", "2001:db8:1::1", true, "in the network"),
        Exemption("2001:db8::/32", "2001:db9::1", false, "not in the network"),
        Exemption("2001:DB8::1", "2001:db8:0::1", true, "an address, written otherwise"),
        Exemption("[2001:db8::1]", "2001:db8::1", true, "an address in brackets"),
        Exemption("[2001:db8::1]:80", "2001:db8::1", port: 80, true, "an address and that port"),
        Exemption("[2001:db8::1]:81", "2001:db8::1", port: 80, false, "an address and another port"),
    ])
    func exemptHosts(_ row: Exemption) throws {
        let settings = ProxySettings(environment: ["HTTP_PROXY": "http://p", "NO_PROXY": row.list])
        let proxy = try settings.proxy(scheme: "http", host: row.host, port: row.port)
        #expect((proxy == nil) == row.isDirect, "\(row.list) and \(row.host): \(row.why)")
    }
}
