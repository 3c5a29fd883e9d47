import SystemIO

/// A proxy as in a variable such as `HTTPS_PROXY`: `[SCHEME://][USER[:PASSWORD]@]HOST[:PORT]`.
package struct Proxy: Sendable, Hashable {
    /// The proxy's protocol, under libcurl's name.
    private enum Scheme: String {
        case http
        case https
        case socks4
        case socks4a
        /// The proxy resolves host names.
        case socks5h

        /// In Go, `socks5` resolves names on the proxy, as libcurl's `socks5h` does.
        init?(name: String) {
            guard let scheme = Scheme(rawValue: name == "socks5" ? "socks5h" : name) else { return nil }
            self = scheme
        }

        /// The default port, as in Go; libcurl's default for `http` differs.
        var port: Int {
            switch self {
            case .http: 80
            case .https: 443
            case .socks4, .socks4a, .socks5h: 1080
            }
        }
    }

    /// `SCHEME://HOST:PORT`, for libcurl and for messages, without credentials.
    package let url: String

    /// `USER:PASSWORD`, both percent-encoded, for `CURLOPT_PROXYUSERPWD`; `nil` for none.
    let login: String?

    /// The decoded `USER:PASSWORD` of basic authentication; `nil` for none.
    var credentials: [UInt8]? { login.map { PercentEncoding.decode($0[...]).nativeBytes } }

    /// Parses a proxy; `nil` if the text is invalid.
    ///
    /// The rules are those of Go's `net/http`, but more lenient: the credentials end at the last `@`, so a password may
    /// contain any character, and a `%` without two digits is literal. Text after the port is ignored.
    package init?(_ text: String) {
        var rest = text.trimming(while: \.isWhitespace)
        var scheme = Scheme.http
        if let end = rest.firstRange(of: "://"), rest[..<end.lowerBound].utf8.allSatisfy(\.isAlphanumeric) {
            guard let named = Scheme(name: rest[..<end.lowerBound].lowercased()) else { return nil }
            scheme = named
            rest = rest[end.upperBound...]
        }
        var login: String?
        // Scalars rather than characters: a password may begin with a combining mark.
        if let at = rest.unicodeScalars.lastIndex(of: "@") {
            let parts = rest[..<at].unicodeScalars
                .split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                .map { PercentEncoding.decode(Substring($0)) }
            guard parts.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }) else { return nil }
            login = parts == [""] ? nil : (parts + [""]).prefix(2).map(PercentEncoding.encode).joined(separator: ":")
            rest = rest[rest.unicodeScalars.index(after: at)...]
        }
        let named = rest.prefix { !"/?#".contains($0) }
        guard let authority = Authority(String(named.hasSuffix(":") ? named.dropLast() : named)), authority.port != 0,
            !authority.host.isEmpty, authority.host.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { return nil }
        let host = authority.host.contains(":") ? "[\(authority.host)]" : authority.host
        url = "\(scheme.rawValue)://\(host):\(authority.port ?? scheme.port)"
        self.login = login
    }
}

extension Proxy: CustomStringConvertible, CustomDebugStringConvertible {
    /// Omits the credentials, so that messages cannot contain them.
    package var description: String { url }

    package var debugDescription: String { url }
}
