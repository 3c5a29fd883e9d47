import Basics

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

/// The hosts that are reached without a proxy: the localhost, loopback addresses and what `NO_PROXY` names.
struct ProxyExemptions: Sendable {
    private enum Rule {
        case all
        case network(IPNetwork)
        case address(IPAddress, port: Int?)
        /// The hosts below a domain, which has its leading dot, and the domain itself if `orSame`.
        case domain(String, orSame: Bool, port: Int?)
        /// Something that no host can match, such as a port that is no number.
        case nothing
    }

    private let rules: [Rule]

    /// Reads the entries, which are parted by commas.
    init(_ list: String) {
        rules = list.split(separator: ",").map { Self.rule($0.trimming(while: \.isWhitespace).lowercased()) }
    }

    /// - Parameter host: in lower case, without brackets.
    func contains(host: String, port: Int) -> Bool {
        let address = IPAddress(host)
        if host == "localhost" || address?.isLoopback == true { return true }
        return rules.contains { rule in
            switch rule {
            case .all: true
            case .network(let network): address.map(network.contains) ?? false
            case .address(let other, let only): other == address && (only ?? port) == port
            case .domain(let domain, let orSame, let only):
                (host.hasSuffix(domain) || orSame && host == domain.dropFirst()) && (only ?? port) == port
            case .nothing: false
            }
        }
    }

    private static func rule(_ entry: String) -> Rule {
        if entry == "*" { return .all }
        if let network = IPNetwork(entry) { return .network(network) }
        if let address = IPAddress(entry) { return .address(address, port: nil) }

        guard let authority = Authority(entry), !authority.host.isEmpty else { return .nothing }
        if let address = authority.address { return .address(address, port: authority.port) }
        let domain = authority.host.hasPrefix("*.") ? String(authority.host.dropFirst()) : authority.host
        return domain.hasPrefix(".")
            ? .domain(domain, orSame: false, port: authority.port)
            : .domain("." + domain, orSame: true, port: authority.port)
    }
}
