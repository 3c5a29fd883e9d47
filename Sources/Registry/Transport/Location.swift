import HTTP
import SystemIO

/// Resolution of the URLs that servers give: in `Location` fields and as realms. Paths and queries are kept to the letter, since
/// registries keep the state of an upload in them.
enum Location {
    /// The URL that an answer sends its client to: the one place that decides which of them are followed.
    ///
    /// What began with TLS stays with TLS. A registry behind a proxy that ends TLS often gives `http://` URLs of its own: those are
    /// followed over TLS, to the host and port that answered.
    ///
    /// - Parameters:
    ///   - head: the answer.
    ///   - base: the URL of the request that was answered.
    /// - Returns: the URL in the `Location` field; `nil` if there is none.
    /// - Throws: ``RegistryError`` if the URL is neither `http` nor `https`, or is another host's without TLS.
    static func next(after head: HTTPResponseHead, from base: String) throws(RegistryError) -> String? {
        guard let location = head.headers["Location"] else { return nil }
        let here = RedactedURL.text(origin(of: base))
        func shown(_ text: String) -> String { RegistryError.printable(head.secrets?.redacting(text) ?? text) }
        if let scheme = scheme(of: location), !isWhole(location) {
            throw RegistryError(
                .refused,
                "\(here) redirects to a URL of the scheme \(shown(scheme)), which is not followed: only http:// and"
                    + " https:// are"
            )
        }
        let next = resolve(location, relativeTo: base)
        guard hasTLS(base), !hasTLS(next) else { return next }
        if let secured = secured(next, from: base) { return secured }
        let there = shown(RedactedURL.text(origin(of: next)))
        throw RegistryError(.refused, "\(here) redirects to \(there), which has no TLS; that is not followed")
    }

    /// An `http` URL of the host that answered over TLS, as that host's `https` URL.
    ///
    /// A URL with another port is taken for the registry's only if it is one of the registry's API: the port is that behind the proxy.
    ///
    /// - Returns: `nil` if the URL may be of another service.
    static func secured(_ next: String, from base: String) -> String? {
        guard let here = Authority(authority(of: base)), let there = Authority(authority(of: next)),
            here.host.lowercased() == there.host.lowercased()
        else { return nil }
        let rest = next[pathStart(of: next)...]
        guard there.port == nil || there.port == 80 || there.port == here.port ?? 443 || rest.contains("/v2/") else {
            return nil
        }
        return String(base[..<pathStart(of: base)]) + rest
    }

    /// The value of a `Location` field as a whole URL, without its fragment.
    ///
    /// It may be one, begin with the host, the path or the query, or be relative to the base's directory (RFC 3986, section 4.2).
    ///
    /// - Parameter base: the URL of the request that was answered.
    static func resolve(_ location: String, relativeTo base: String) -> String {
        let location = String(location.unicodeScalars.prefix { $0 != "#" })
        if scheme(of: location) != nil { return location }
        let schemeEnd = Self.schemeEnd(of: base)
        let pathStart = Self.pathStart(of: base)
        let queryStart = base[pathStart...].firstIndex(of: "?") ?? base.endIndex
        if location.hasPrefix("//") { return base[..<schemeEnd].dropLast(2) + location }
        if location.hasPrefix("/") { return base[..<pathStart] + location }
        if location.isEmpty { return base }
        if location.hasPrefix("?") { return base[..<queryStart] + location }
        let directoryEnd = base[pathStart..<queryStart].lastIndex(of: "/").map(base.index(after:))
        return base[..<(directoryEnd ?? pathStart)] + (directoryEnd == nil ? "/" : "") + location
    }

    /// A URL with one more parameter in its query.
    static func adding(_ name: String, _ value: String, to url: String) -> String {
        url + (url.contains("?") ? "&" : "?") + "\(name)=\(value)"
    }

    /// Whether a URL is one of `https`.
    static func hasTLS(_ url: String) -> Bool { url.lowercased().hasPrefix("https://") }

    /// Whether a login that was meant for the one URL may go to the other: to the same host and port, or from `http` to the
    /// same host's `https`.
    static func keepsLogin(from url: String, to next: String) -> Bool {
        let (here, there) = (origin(of: url), origin(of: next))
        if here == there { return true }
        guard here.hasPrefix("http://"), there.hasPrefix("https://") else { return false }
        let host = Authority(String(here.dropFirst("http://".count)))?.host
        return host != nil && host == Authority(String(there.dropFirst("https://".count)))?.host
    }

    /// The scheme, host and port of a URL, in one spelling: who gets a login that was meant for the other.
    static func origin(of url: String) -> String {
        let origin = url[..<pathStart(of: url)].lowercased()
        for (scheme, port) in [("http://", ":80"), ("https://", ":443")]
        where origin.hasPrefix(scheme) && origin.hasSuffix(port) {
            return String(origin.dropLast(port.count))
        }
        return origin
    }

    /// The host of a URL, and its port if it is not the scheme's own.
    static func authority(of url: String) -> String {
        let origin = origin(of: url)
        return String(origin[schemeEnd(of: origin)...])
    }

    private static func isWhole(_ url: String) -> Bool {
        let lowercased = url.lowercased()
        return lowercased.hasPrefix("http://") || lowercased.hasPrefix("https://")
    }

    private static func schemeEnd(of url: String) -> String.Index {
        url.firstRange(of: "://")?.upperBound ?? url.startIndex
    }

    private static func pathStart(of url: String) -> String.Index {
        url[schemeEnd(of: url)...].firstIndex { "/?#".contains($0) } ?? url.endIndex
    }

    /// The scheme of a URL in lower case; `nil` for a relative one (RFC 3986, sections 3.1 and 4.2).
    private static func scheme(of url: String) -> String? {
        let name = url.unicodeScalars.prefix { $0 != ":" }
        guard name.endIndex < url.endIndex, let first = name.first, first.isASCII, first.properties.isAlphabetic,
            name.allSatisfy({
                $0.isASCII
                    && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "+-.".unicodeScalars.contains($0))
            })
        else { return nil }
        return String(name).lowercased()
    }
}
