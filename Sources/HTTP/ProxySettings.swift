/// Which hosts are reached by which proxy, by the rules of Go's `net/http` (`golang.org/x/net/http/httpproxy`), which are
/// docker's.
package struct ProxySettings: Sendable {
    /// No proxy for any host.
    package static let none = ProxySettings(environment: [:])

    private let http: String?
    private let https: String?
    private let exemptions: ProxyExemptions

    /// Reads `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, and where one of them is not set, the same in lower case.
    ///
    /// With `REQUEST_METHOD` set, `HTTP_PROXY` is ignored: in a CGI program it would be the client's `Proxy:` header.
    package init(environment: [String: String]) {
        func value(_ name: String) -> String? {
            [name, name.lowercased()].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        http = value("REQUEST_METHOD") == nil ? value("HTTP_PROXY").map(Self.address) : nil
        https = value("HTTPS_PROXY").map(Self.address)
        exemptions = ProxyExemptions(value("NO_PROXY") ?? "")
    }

    /// The proxy for a host, as a URL, or `nil` if it is reached directly.
    ///
    /// - Parameters:
    ///   - scheme: `http` or `https`.
    ///   - host: a name or an address, without the brackets of IPv6.
    ///   - port: the port, the scheme's own where none was given.
    package func proxy(scheme: String, host: String, port: Int) -> String? {
        guard let proxy = scheme == "https" ? https : http else { return nil }
        return exemptions.contains(host: host.lowercased(), port: port) ? nil : proxy
    }

    func proxy(for address: HTTPAddress) -> String? {
        proxy(scheme: address.scheme, host: address.host, port: address.port)
    }

    /// A proxy without a scheme is an `http` one. Go has the proxy resolve names for `socks5`, libcurl for `socks5h` only.
    private static func address(_ value: String) -> String {
        if value.hasPrefix("socks5://") {
            "socks5h://" + value.dropFirst("socks5://".count)
        } else if value.contains("://") {
            value
        } else {
            "http://" + value
        }
    }
}
