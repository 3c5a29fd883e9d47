import Basics
import FoundationEssentials

/// The registries that docker reaches without TLS, or with a certificate that it cannot verify.
package struct InsecureRegistries: Sendable, Equatable {
    private var names: Set<String>
    private var networks: [IPNetwork] = []

    /// The registries that docker's daemon always takes for such: `localhost`, 127.0.0.0/8 and ::1.
    ///
    /// - Parameter named: more of them, as `HOST` or `HOST:PORT`, each to be equal to what a reference begins with.
    package init(_ named: Set<String> = []) {
        names = named
    }

    /// The same, and those that the daemon's configuration file names.
    ///
    /// - Parameter daemonConfiguration: the bytes of a `daemon.json`, of which `insecure-registries` counts: host names with
    ///   or without a port, and networks. Nothing is taken from what is no such file: that the daemon has to complain of.
    package init(_ named: Set<String>, daemonConfiguration: [UInt8]) {
        struct Configuration: Decodable {
            var registries: [String]?

            private enum CodingKeys: String, CodingKey { case registries = "insecure-registries" }
        }
        self.init(named)
        let configuration = try? JSONDecoder().decode(Configuration.self, from: Data(daemonConfiguration))
        for registry in configuration?.registries ?? [] {
            if let network = IPNetwork(registry) { networks.append(network) } else { names.insert(registry) }
        }
    }

    /// Whether a reference is in such a registry.
    func contains(registryOf reference: String) -> Bool {
        guard let slash = reference.firstIndex(of: "/") else { return false }
        let registry = String(reference[..<slash])
        if names.contains(registry) { return true }
        guard let authority = Authority(registry) else { return false }
        return authority.isLoopback || networks.contains { network in authority.address.map(network.contains) ?? false }
    }
}
