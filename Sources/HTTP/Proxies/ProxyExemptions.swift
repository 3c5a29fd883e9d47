import SystemIO

/// The hosts reached without a proxy: localhost, loopback addresses and those in `NO_PROXY`.
struct ProxyExemptions: Sendable {
    private enum Rule {
        case all
        case network(IPNetwork)
        case address(IPAddress, port: Int?)
        /// The hosts below a domain, which has its leading dot; includes the domain itself if `orSame`.
        case domain(String, orSame: Bool, port: Int?)
        /// An entry that matches no host, for instance with an invalid port.
        case nothing
    }

    private let rules: [Rule]

    /// Parses the comma-separated entries.
    init(_ list: String) {
        rules = list.split(separator: ",").map { Self.rule($0.trimming(while: \.isWhitespace).lowercased()) }
    }

    /// - Parameter host: A lowercase name or an address, without brackets.
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
