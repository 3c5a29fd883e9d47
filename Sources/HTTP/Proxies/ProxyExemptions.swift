import SystemIO

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
