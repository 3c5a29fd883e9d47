import FoundationEssentials

/// The registries that docker reaches without TLS, or with a certificate that it cannot verify.
package struct InsecureRegistries: Sendable, Equatable {
    private var names: Set<String>
    private var networks: [Network]

    /// The registries that docker's daemon always takes for such: `localhost`, 127.0.0.0/8 and ::1.
    ///
    /// - Parameter named: more of them, as `HOST` or `HOST:PORT`, each to be equal to what a reference begins with.
    package init(_ named: Set<String> = []) {
        names = named
        networks = [Network("127.0.0.0/8")].compactMap(\.self)
    }

    /// The same, and those that the daemon's configuration file names.
    ///
    /// - Parameter daemonConfiguration: the bytes of a `daemon.json`, of which `insecure-registries` counts: host names with
    ///   or without a port, and IPv4 networks. Nothing is taken from what is no such file: that the daemon has to complain of.
    package init(_ named: Set<String>, daemonConfiguration: [UInt8]) {
        struct Configuration: Decodable {
            var registries: [String]?

            private enum CodingKeys: String, CodingKey { case registries = "insecure-registries" }
        }
        self.init(named)
        let configuration = try? JSONDecoder().decode(Configuration.self, from: Data(daemonConfiguration))
        for registry in configuration?.registries ?? [] {
            if let network = Network(registry) { networks.append(network) } else { names.insert(registry) }
        }
    }

    /// Whether a reference is in such a registry.
    func contains(registryOf reference: String) -> Bool {
        guard let slash = reference.firstIndex(of: "/") else { return false }
        let registry = String(reference[..<slash])
        let host = registry.hasPrefix("[") ? registry.prefix { $0 != "]" }.dropFirst() : registry.prefix { $0 != ":" }
        return names.contains(registry) || host == "localhost" || host == "::1"
            || networks.contains { $0.contains(host) }
    }
}

/// An IPv4 network, `ADDRESS/BITS`.
private struct Network: Sendable, Equatable {
    private let address: UInt32
    private let mask: UInt32

    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = Self.address(parts[0]), let bits = UInt32(parts[1]), bits <= 32 else {
            return nil
        }
        mask = bits == 0 ? 0 : UInt32.max << (32 - bits)
        self.address = address & mask
    }

    func contains(_ host: Substring) -> Bool {
        Self.address(host).map { $0 & mask == address } ?? false
    }

    private static func address(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4 else { return nil }
        return parts.reduce(UInt32?(0)) { sum, part in
            guard let sum, let part else { return nil }
            return sum << 8 | UInt32(part)
        }
    }
}
