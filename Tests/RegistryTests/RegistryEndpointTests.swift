import HTTP
import Testing

@testable import Registry

/// The candidate endpoints of a registry, in order.
@Suite(.timeLimit(.minutes(5))) struct RegistryEndpointTests {
    @Test(
        arguments: [
            ("TLS with a good certificate, and nothing else", "reg.example.com", ["https reg.example.com verified"]),
            ("with a port", "reg.example.com:5000", ["https reg.example.com:5000 verified"]),
            ("the Hub has another name on the wire", "docker.io", ["https registry-1.docker.io verified"]),
            (
                "insecure: any certificate, then none", "old.example.com",
                ["https old.example.com unverified", "http old.example.com"]
            ),
            ("insecure on one port only", "old.example.com:5000", ["https old.example.com:5000 verified"]),
            (
                "insecure with its port", "odd.example.com:80",
                ["https odd.example.com:80 unverified", "http odd.example.com:80"]
            ),
            ("loopback by name", "localhost", ["http localhost", "https localhost unverified"]),
            ("with a port", "localhost:5000", ["http localhost:5000", "https localhost:5000 unverified"]),
            ("by address", "127.0.0.1:5000", ["http 127.0.0.1:5000", "https 127.0.0.1:5000 unverified"]),
            ("all of 127.0.0.0/8", "127.255.0.9", ["http 127.255.0.9", "https 127.255.0.9 unverified"]),
            ("IPv6", "[::1]:5000", ["http [::1]:5000", "https [::1]:5000 unverified"]),
            ("IPv6 without a port", "[::1]", ["http [::1]", "https [::1] unverified"]),
            ("another IPv6", "[::2]", ["https [::2] verified"]),
            ("longer than loopback", "[::1].evil.example", ["https [::1].evil.example verified"]),
            ("a name that begins like loopback", "localhost.evil.example", ["https localhost.evil.example verified"]),
            ("one that ends like it", "evil.localhost:5000", ["https evil.localhost:5000 verified"]),
            (
                "a name that begins like its address", "127.0.0.1.evil.example",
                ["https 127.0.0.1.evil.example verified"]
            ),
            ("no address", "127.0.0.256", ["https 127.0.0.256 verified"]),
            ("another address", "128.0.0.1", ["https 128.0.0.1 verified"]),
        ]
    )
    func candidates(reason: String, domain: String, ways: [String]) async {
        let insecure: InsecureHosts = ["old.example.com", "odd.example.com:80", "docker.io"]
        let isInsecure = await insecure.contains(domain)
        let candidates = RegistryEndpoint.candidates(for: domain, isInsecure: isInsecure)
        #expect(
            candidates.map { endpoint in
                let security = endpoint.security == .verified ? " verified" : " unverified"
                return "\(endpoint.scheme) \(endpoint.authority)\(endpoint.scheme == "https" ? security : "")"
            } == ways
        )
    }

    @Test func pathsLieBelowV2() {
        let endpoint = RegistryEndpoint(scheme: "https", authority: "a.b:1", security: .verified)
        #expect(endpoint.url("") == "https://a.b:1/v2/")
        #expect(endpoint.url("x/tags/list") == "https://a.b:1/v2/x/tags/list")
    }
}
