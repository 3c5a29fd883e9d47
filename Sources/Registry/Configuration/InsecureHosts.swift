import Glibc
import HTTP
import OCI
import SystemIO

/// The registries used with any certificate or without TLS, as in docker's `insecure-registries`.
package struct InsecureHosts: Sendable, Equatable, ExpressibleByArrayLiteral {
    /// Lowercase `HOST` or `HOST:PORT`, compared with the complete registry of a reference.
    private(set) var names: Set<String> = []
    private(set) var networks: [IPNetwork] = []

    /// Parses docker's entries: `HOST`, `HOST:PORT`, and networks such as `10.0.0.0/8`.
    ///
    /// A scheme and a trailing slash are removed, as in docker.
    package init(_ entries: some Sequence<String>) {
        for entry in entries {
            if let network = IPNetwork(entry) {
                networks.append(network)
            } else {
                let name = RegistryName(entry)
                if !name.host.isEmpty { names.insert(name.host) }
            }
        }
    }

    package init(arrayLiteral elements: String...) {
        self.init(elements)
    }

    /// Returns the hosts of both sets.
    package func union(_ other: InsecureHosts) -> InsecureHosts {
        var union = self
        union.names.formUnion(other.names)
        union.networks += other.networks
        return union
    }

    /// Returns whether a registry is insecure. If networks are listed, the name is resolved, and any of its addresses
    /// may match.
    ///
    /// - Parameter domain: The registry in a reference: `HOST[:PORT]`. Docker Hub is never insecure.
    package func contains(_ domain: String) async -> Bool {
        let registry = RegistryName(domain).host
        guard registry != Reference.hub else { return false }
        if names.contains(registry) { return true }
        guard !networks.isEmpty else { return false }
        guard let authority = Authority(registry) else { return false }
        let addresses = await Self.addresses(of: authority.host)
        return addresses.contains { address in networks.contains { $0.contains(address) } }
    }

    /// Returns the addresses of a host; none if the name cannot be resolved, for instance when only a proxy can.
    private static func addresses(of host: String) async -> [IPAddress] {
        if let address = IPAddress(host) { return [address] }
        return (try? await onThread { resolve(host) }) ?? []
    }

    private static func resolve(_ host: String) -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var addresses: [IPAddress] = []
        var entry = list
        while let current = entry?.pointee {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let size = socklen_t(text.count)
            if getnameinfo(current.ai_addr, current.ai_addrlen, &text, size, nil, 0, NI_NUMERICHOST) == 0 {
                let end = text.firstIndex(of: 0) ?? text.endIndex
                let name = String(decoding: text[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self)
                if let address = IPAddress(name) { addresses.append(address) }
            }
            entry = current.ai_next
        }
        return addresses
    }
}
