import SystemIO

/// The name of an image as docker reads it: `[host/]path[:tag][@digest]`, normalised.
///
/// The rules are those of `distribution/reference`: a first part that is `localhost` or has a dot, a colon or an upper-case
/// letter is a registry; anything else is on Docker Hub, and a single component there is under `library/`.
public struct Reference: Hashable, Sendable {
    /// The registry, with its port where the reference names one: `docker.io`, `registry.example.com:5000`, `[::1]:5000`.
    package let domain: String
    /// The repository in the registry: `library/busybox`, `rancher/shell`.
    package let path: String
    /// `nil` where none is written.
    package let tag: String?
    /// `nil` where none is written.
    package let digest: Digest?

    /// Docker Hub's name in references.
    package static let hub = "docker.io"

    /// Reads a reference as docker does. No tag is added.
    ///
    /// - Throws: ``ReferenceError`` that says which rule is broken.
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

    /// The reference with `latest` for its tag where it has neither tag nor digest.
    package var withDefaultTag: Reference {
        guard tag == nil, digest == nil else { return self }
        return Reference(domain: domain, path: path, tag: "latest", digest: nil)
    }

    package var repository: Repository { Repository(domain: domain, path: path) }

    /// The registry and the repository: `docker.io/library/busybox`.
    package var name: String { "\(domain)/\(path)" }

    /// The name as people write it: without `docker.io/`, and without `library/` where one component remains.
    package var familiarName: String {
        guard domain == Self.hub else { return name }
        let official = "library/"
        if path.hasPrefix(official), !path.dropFirst(official.count).contains("/") {
            return String(path.dropFirst(official.count))
        }
        return path
    }

    /// The whole reference, normalised: `docker.io/library/busybox:1`.
    public var description: String { name + suffix }

    /// The whole reference as docker prints it: `busybox:1`.
    public var familiar: String { familiarName + suffix }

    private var suffix: String { (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "") }
}

extension Reference: CustomStringConvertible {}

extension Reference {
    /// More than any reference may have: 255 of path, 128 of tag, 135 of digest, and a host name.
    private static let lengthLimit = 1024

    /// Splits at the first slash, where what stands before it can only be a registry.
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
            let behind = host[host.index(after: close)...]
            guard behind.isEmpty || behind.hasPrefix(":") else { return false }
            port = behind.isEmpty ? nil : behind.dropFirst()
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

/// A repository of a registry: where manifests and blobs are pulled from and pushed to.
package struct Repository: Hashable, Sendable, CustomStringConvertible {
    /// The registry, with its port where one is named; `docker.io` for Docker Hub.
    package let domain: String
    /// The repository in the registry, such as `rancher/shell`.
    package let path: String

    package init(domain: String, path: String) {
        self.domain = domain
        self.path = path
    }

    /// The registry and the repository, as docker prints it: `registry.example.com:5000/rancher/shell`.
    package var description: String { "\(domain)/\(path)" }
}
