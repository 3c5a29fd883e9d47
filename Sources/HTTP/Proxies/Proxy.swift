import SystemIO

/// A proxy as a variable such as `HTTPS_PROXY` names it: `[SCHEME://][USER[:PASSWORD]@]HOST[:PORT]`.
package struct Proxy: Sendable, Hashable {
    /// How the proxy is spoken to, as libcurl calls it.
    private enum Scheme: String {
        case http
        case https
        case socks4
        case socks4a
        /// Names are resolved by the proxy.
        case socks5h

        /// Go has the proxy resolve names for `socks5` too, which is libcurl's `socks5h`.
        init?(name: String) {
            guard let scheme = Scheme(rawValue: name == "socks5" ? "socks5h" : name) else { return nil }
            self = scheme
        }

        /// The port where none is named, as in Go; libcurl's own for a proxy of `http` is another.
        var port: Int {
            switch self {
            case .http: 80
            case .https: 443
            case .socks4, .socks4a, .socks5h: 1080
            }
        }
    }

    /// `SCHEME://HOST:PORT`, for libcurl and for messages: without the login.
    package let url: String

    /// `USER:PASSWORD`, both percent-encoded, as `CURLOPT_PROXYUSERPWD` wants it; `nil` where the proxy needs none.
    let login: String?

    /// The user and the password, as HTTP's basic authentication sends them; `nil` if the proxy needs none.
    var credentials: [UInt8]? { login.map { PercentEncoding.decode($0[...]).nativeBytes } }

    /// Reads a proxy; `nil` where the text names none.
    ///
    /// The rules are those of Go's `net/http`, and more lenient where Go would refuse: the login ends at the last `@`, so that
    /// a password may have any character in it, and a `%` without two digits stands for itself. What follows the port is
    /// ignored.
    package init?(_ text: String) {
        var rest = text.trimming(while: \.isWhitespace)
        var scheme = Scheme.http
        if let end = rest.firstRange(of: "://"), rest[..<end.lowerBound].allSatisfy(\.isLetterOrDigit) {
            guard let named = Scheme(name: rest[..<end.lowerBound].lowercased()) else { return nil }
            scheme = named
            rest = rest[end.upperBound...]
        }
        var login: String?
        // Scalars, not characters: a password may begin with a combining mark.
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
    /// Without the login, so that it cannot get into a message by accident.
    package var description: String { url }

    /// As ``description``.
    package var debugDescription: String { url }
}

extension Character {
    fileprivate var isLetterOrDigit: Bool { isASCII && (isLetter || isNumber) }
}
