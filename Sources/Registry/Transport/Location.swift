import HTTP
import SystemIO

/// Resolves and compares URLs from servers: `Location` fields and realms. Paths and queries are preserved byte for
/// byte, because registries encode upload state in them.
enum Location {
    /// Returns the target of a response's `Location` field. This is the only place that decides which targets are
    /// followed.
    ///
    /// A transfer with TLS stays with TLS. A registry behind a proxy that terminates TLS often sends `http://` URLs of
    /// itself; those are followed over TLS, at the responding host and port.
    ///
    /// - Parameters:
    ///   - head: The response.
    ///   - base: The URL of the request.
    /// - Returns: The absolute URL; `nil` without a `Location` field.
    /// - Throws: ``RegistryError`` if the URL is neither `http` nor `https`, or belongs to another host without TLS.
    static func next(after head: HTTPResponseHead, from base: String) throws(RegistryError) -> String? {
        guard let location = head.headers["Location"] else { return nil }
        let here = RedactedURL.text(origin(of: base))
        func shown(_ text: String) -> String { RegistryError.printable(head.secrets?.redacting(text) ?? text) }
        if let scheme = scheme(of: location), !isAbsolute(location) {
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

    /// Returns the `https` URL for an `http` URL of the host that responded over TLS.
    ///
    /// A URL with another port is accepted only for the registry's API: the port is the one behind the proxy.
    ///
    /// - Returns: `nil` if the URL may belong to another service.
    static func secured(_ next: String, from base: String) -> String? {
        guard let here = try? HTTPAddress(base), let there = try? HTTPAddress(next), here.host == there.host else {
            return nil
        }
        let rest = next[pathStart(of: next)...]
        guard there.port == 80 || there.port == here.port || rest.contains("/v2/") else { return nil }
        return String(base[..<pathStart(of: base)]) + rest
    }

    /// Returns the absolute URL of a `Location` field, without its fragment.
    ///
    /// The field may be absolute, or begin with the host, the path or the query, or be relative to the base's directory
    /// (RFC 3986, section 4.2).
    ///
    /// - Parameter base: The URL of the request.
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

    /// Returns a URL with an additional query parameter.
    static func adding(_ name: String, _ value: String, to url: String) -> String {
        url + (url.contains("?") ? "&" : "?") + "\(name)=\(value)"
    }

    /// Whether the scheme is `https`.
    static func hasTLS(_ url: String) -> Bool { url.lowercased().hasPrefix("https://") }

    /// Whether credentials for `url` may be sent to `next`: to the same host and port, or from `http` to `https` of the
    /// same host.
    static func keepsLogin(from url: String, to next: String) -> Bool {
        guard let here = try? HTTPAddress(url), let there = try? HTTPAddress(next) else { return false }
        return here == there || here.host == there.host && here.scheme == "http" && there.scheme == "https"
    }

    /// Returns the normalized scheme, host and port of a URL; for an unusable URL, its beginning, for messages.
    static func origin(of url: String) -> String {
        if let address = try? HTTPAddress(url) { return "\(address.scheme)://\(address.authority)" }
        return url[..<pathStart(of: url)].lowercased()
    }

    /// Returns the host of a URL, and its port unless it is the scheme's default.
    static func authority(of url: String) -> String {
        let origin = origin(of: url)
        return String(origin[schemeEnd(of: origin)...])
    }

    private static func isAbsolute(_ url: String) -> Bool {
        let lowercased = url.lowercased()
        return lowercased.hasPrefix("http://") || lowercased.hasPrefix("https://")
    }

    private static func schemeEnd(of url: String) -> String.Index {
        url.firstRange(of: "://")?.upperBound ?? url.startIndex
    }

    private static func pathStart(of url: String) -> String.Index {
        url[schemeEnd(of: url)...].firstIndex { "/?#".contains($0) } ?? url.endIndex
    }

    /// Returns the lowercase scheme of a URL; `nil` for a relative URL (RFC 3986, sections 3.1 and 4.2).
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
