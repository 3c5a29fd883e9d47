import HTTP
import Testing

/// Addresses and networks. Their use in `NO_PROXY` and insecure registries is tested there.
@Suite(.timeLimit(.minutes(1))) struct IPNetworkTests {
    @Test(
        arguments: [
            ("10.0.0.0/8", "10.200.0.1", true, "in the network"),
            ("10.0.0.0/8", "11.0.0.1", false, "outside of it"),
            ("10.1.2.3/8", "10.200.0.1", true, "the other bits of the network do not count"),
            ("10.0.0.128/25", "10.0.0.127", false, "bits that end inside a byte"),
            ("0.0.0.0/0", "10.0.0.1", true, "all of IPv4"),
            ("0.0.0.0/0", "2001:db8::1", false, "none of IPv6"),
            ("2001:db8::/32", "2001:db8:1::1", true, "IPv6"),
            ("2001:db8::/32", "2001:db9::1", false, "IPv6"),
            ("::1/128", "0:0:0:0:0:0:0:1", true, "another spelling"),
            ("10.0.0.0/8", "::ffff:10.1.1.1", true, "IPv4 mapped into IPv6"),
        ]
    )
    func contains(network: String, address: String, isIn: Bool, why: String) throws {
        let (network, address) = (try #require(IPNetwork(network)), try #require(IPAddress(address)))
        #expect(network.contains(address) == isIn, "\(why)")
    }

    @Test(arguments: ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "10.0.0/8", "a/8", "::/129", "/8", ""])
    func invalidNetworks(text: String) {
        #expect(IPNetwork(text) == nil)
    }

    @Test(arguments: ["127.0.0.256", "127.0.0.01", "127.1", "[::1]", "localhost", ""])
    func invalidAddresses(text: String) {
        #expect(IPAddress(text) == nil)
    }
}
