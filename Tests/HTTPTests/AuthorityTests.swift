import HTTP
import Testing

@Suite(.timeLimit(.minutes(1))) struct AuthorityTests {
    @Test(
        arguments: [
            ("a.example", "a.example", nil, false), ("a.example:5000", "a.example", 5000, false),
            ("127.0.0.1:5000", "127.0.0.1", 5000, true), ("127.9.9.9", "127.9.9.9", nil, true),
            ("localhost:5000", "localhost", 5000, true), ("[::1]", "::1", nil, true),
            ("[::1]:5000", "::1", 5000, true), ("[::2]:5000", "::2", 5000, false),
            ("[::ffff:127.0.0.1]", "::ffff:127.0.0.1", nil, true),
            ("localhost.evil.example", "localhost.evil.example", nil, false),
            ("127.0.0.1.evil.example", "127.0.0.1.evil.example", nil, false), (":80", "", 80, false),
            ("", "", nil, false),
        ] as [(String, String, Int?, Bool)]
    )
    func partsOfAnAuthority(text: String, host: String, port: Int?, isLoopback: Bool) throws {
        let authority = try #require(Authority(text))
        #expect(authority.host == host)
        #expect(authority.port == port)
        #expect(authority.isLoopback == isLoopback)
    }

    @Test(arguments: ["[::1", "[::1].evil.example", "[::1]5000", "::1", "a:1:2", "a:", "a:x", "a:65536"])
    func invalidAuthorities(text: String) {
        #expect(Authority(text) == nil)
    }
}
