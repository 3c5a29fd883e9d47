import SystemIO

/// The normalized name of an image: `[host/]path[:tag][@digest]`.
///
/// The rules are those of docker (`distribution/reference`): a first component that is `localhost` or has a dot, a colon or an uppercase
/// letter is a registry. Any other name is on Docker Hub, and a single component there is under `library/`.
public struct Reference: Hashable, Sendable {
    /// The registry with its port, if any: `docker.io`, `registry.example.com:5000`, `[::1]:5000`.
    package let domain: String
    /// The repository in the registry: `library/busybox`, `rancher/shell`.
    package let path: String
    package let tag: String?
    package let digest: Digest?

    /// The domain of Docker Hub.
    package static let hub = "docker.io"

    /// Parses a reference as docker does, without adding a tag.
    public init(_ text: String) throws(ReferenceError) {
        guard !text.isEmpty else { throw ReferenceError(text, .empty) }
        guard text.utf8.count <= Self.lengthLimit else { throw ReferenceError(String(text.prefix(64)) + "…", .tooLong) }
        if text.utf8.count == 64, text.utf8.allSatisfy(\.isLowerHexDigit) {
            throw ReferenceError(text, .bareIdentifier)
        }

        var rest = text[...]
        var digest: Digest?
        if let at = rest.firstIndex(of: "@") {
            guard let parsed = Digest(String(rest[rest.index(after: at)...])) else {
                throw ReferenceError(text, .digest)
            }
            digest = parsed
            rest = rest[..<at]
        }

        let (domain, remainder) = Self.splitDomain(rest)
        guard domain == Self.hub || Self.isDomain(domain) else { throw ReferenceError(text, .domain(domain)) }

        var path = remainder
        var tag: String?
        if let colon = remainder.firstIndex(of: ":") {
            tag = String(remainder[remainder.index(after: colon)...])
            path = remainder[..<colon]
        }
        guard !path.isEmpty else { throw ReferenceError(text, .noName) }
        guard !path.utf8.contains(where: { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else {
            throw ReferenceError(text, .upperCase(String(path)))
        }
        guard path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy(Self.isComponent) else {
            throw ReferenceError(text, .path(String(path)))
        }
        if let tag, !Self.isTag(tag) { throw ReferenceError(text, .tag(tag)) }

        self.domain = domain
        self.path = domain == Self.hub && !path.contains("/") ? "library/\(path)" : String(path)
        guard self.path.utf8.count <= 255 else { throw ReferenceError(text, .tooLong) }
        guard self.path != "library/scratch" || domain != Self.hub else { throw ReferenceError(text, .reserved) }
        self.tag = tag
        self.digest = digest
    }

    private init(domain: String, path: String, tag: String?, digest: Digest?) {
        self.domain = domain
        self.path = path
        self.tag = tag
        self.digest = digest
    }

    /// The reference with the tag `latest` if it has neither tag nor digest.
    package var withDefaultTag: Reference {
        guard tag == nil, digest == nil else { return self }
        return Reference(domain: domain, path: path, tag: "latest", digest: nil)
    }

    package var repository: Repository { Repository(domain: domain, path: path) }

    /// The registry and the repository: `docker.io/library/busybox`.
    package var name: String { "\(domain)/\(path)" }

    /// The name without `docker.io/`, and without `library/` if one component remains.
    package var familiarName: String {
        guard domain == Self.hub else { return name }
        let official = "library/"
        if path.hasPrefix(official), !path.dropFirst(official.count).contains("/") {
            return String(path.dropFirst(official.count))
        }
        return path
    }

    /// The complete reference: `docker.io/library/busybox:1`.
    public var description: String { name + suffix }

    /// The complete reference as docker prints it: `busybox:1`.
    public var familiar: String { familiarName + suffix }

    private var suffix: String { (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "") }
}

extension Reference: CustomStringConvertible {}

extension Reference {
    /// More than any reference can have: 255 for the path, 128 for the tag, 135 for the digest, and a host name.
    private static let lengthLimit = 1024

    /// Splits at the first slash if the part before it can only be a registry.
    private static func splitDomain(_ text: Substring) -> (String, Substring) {
        guard let slash = text.firstIndex(of: "/") else { return (hub, text) }
        let first = text[..<slash]
        let isRegistry =
            first == "localhost" || first.contains(".") || first.contains(":")
            || first.utf8.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
        guard isRegistry else { return (hub, text) }
        let domain = first == "index.docker.io" ? hub : String(first)
        return (domain, text[text.index(after: slash)...])
    }

    /// `host[:port]`: labels of letters, digits and inner dashes, or an IPv6 address in brackets.
    private static func isDomain(_ text: String) -> Bool {
        var host = text[...]
        var port: Substring?
        if host.hasPrefix("[") {
            guard let close = host.firstIndex(of: "]") else { return false }
            let address = host[host.index(after: host.startIndex)..<close]
            guard !address.isEmpty, address.utf8.allSatisfy({ $0.isHexDigit || $0 == UInt8(ascii: ":") }) else {
                return false
            }
            let suffix = host[host.index(after: close)...]
            guard suffix.isEmpty || suffix.hasPrefix(":") else { return false }
            port = suffix.isEmpty ? nil : suffix.dropFirst()
        } else {
            if let colon = host.firstIndex(of: ":") {
                port = host[host.index(after: colon)...]
                host = host[..<colon]
            }
            guard host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isLabel) else { return false }
        }
        guard let port else { return true }
        return !port.isEmpty && port.utf8.allSatisfy(\.isDigit) && (UInt32(port).map { $0 <= 65535 } ?? false)
    }

    private static func isLabel(_ label: Substring) -> Bool {
        !label.isEmpty && label.utf8.first != UInt8(ascii: "-") && label.utf8.last != UInt8(ascii: "-")
            && label.utf8.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "-") }
    }

    /// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`.
    private static func isComponent(_ component: Substring) -> Bool {
        let bytes = Array(component.utf8)
        guard let first = bytes.first, let last = bytes.last, first.isAlphanumeric, last.isAlphanumeric else {
            return false
        }
        for run in bytes.split(whereSeparator: \.isAlphanumeric) {
            let text = String(decoding: run, as: UTF8.self)
            guard text == "." || text == "_" || text == "__" || text.allSatisfy({ $0 == "-" }) else { return false }
        }
        return true
    }

    /// `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}`.
    private static func isTag(_ tag: String) -> Bool {
        guard let first = tag.utf8.first, tag.utf8.count <= 128, first.isAlphanumeric || first == UInt8(ascii: "_")
        else {
            return false
        }
        return tag.utf8.allSatisfy {
            $0.isAlphanumeric || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
        }
    }
}

/// A repository of a registry, which holds manifests and blobs.
package struct Repository: Hashable, Sendable, CustomStringConvertible {
    /// The registry with its port, if any; `docker.io` for Docker Hub.
    package let domain: String
    /// The repository in the registry, such as `rancher/shell`.
    package let path: String

    package init(domain: String, path: String) {
        self.domain = domain
        self.path = path
    }

    /// The registry and the repository: `registry.example.com:5000/rancher/shell`.
    package var description: String { "\(domain)/\(path)" }
}
