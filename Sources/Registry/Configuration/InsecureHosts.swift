import Glibc
import HTTP
import OCI
import SystemIO

/// The registries that are reached with any certificate or without TLS, as docker's `insecure-registries` names them.
package struct InsecureHosts: Sendable, Equatable, ExpressibleByArrayLiteral {
    /// `HOST` or `HOST:PORT` in lower case, each to be equal to the whole registry of a reference.
    private(set) var names: Set<String> = []
    private(set) var networks: [IPNetwork] = []

    /// Reads docker's entries: `HOST`, `HOST:PORT`, and networks such as `10.0.0.0/8`.
    ///
    /// A scheme in front of a host and a slash behind it are dropped, as docker does.
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

    /// As ``init(_:)``.
    package init(arrayLiteral elements: String...) {
        self.init(elements)
    }

    /// The hosts of both.
    package func union(_ other: InsecureHosts) -> InsecureHosts {
        var union = self
        union.names.formUnion(other.names)
        union.networks += other.networks
        return union
    }

    /// Whether a registry is one of them. A name is resolved where networks are among them: any of its addresses counts.
    ///
    /// - Parameter domain: the registry in a reference: `HOST[:PORT]`. Docker Hub is never insecure.
    package func contains(_ domain: String) async -> Bool {
        let registry = RegistryName(domain).host
        guard registry != Reference.hub else { return false }
        if names.contains(registry) { return true }
        guard !networks.isEmpty else { return false }
        guard let authority = Authority(registry) else { return false }
        let addresses = await Self.addresses(of: authority.host)
        return addresses.contains { address in networks.contains { $0.contains(address) } }
    }

    /// The addresses of a host; none where its name cannot be resolved, as behind a proxy.
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
