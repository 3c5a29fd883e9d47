import Testing

@testable import HTTP

@Suite(.timeLimit(.minutes(5))) struct HTTPAddressTests {
    @Test(arguments: [
        ("http://a.example/v2/", "http", "a.example", 80, "a.example"),
        ("https://a.example", "https", "a.example", 443, "a.example"),
        ("https://A.Example:443/?q", "https", "a.example", 443, "a.example"),
        ("HTTP://a.example:443/", "http", "a.example", 443, "a.example:443"),
        ("http://127.0.0.1:5000/", "http", "127.0.0.1", 5000, "127.0.0.1:5000"),
        ("https://[2001:DB8::1]:5000/", "https", "2001:db8::1", 5000, "[2001:db8::1]:5000"),
        ("https://[::1]/", "https", "::1", 443, "[::1]"),
    ])
    func parts(_ url: String, _ scheme: String, _ host: String, _ port: Int, _ authority: String) throws {
        let address = try HTTPAddress(url)
        #expect(address.scheme == scheme)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.authority == authority)
    }
}
