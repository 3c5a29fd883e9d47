import Basics

/// What is done with the URLs in `Location` fields, all of it to the letter: registries keep the state of an upload in them.
enum Location {
    /// The value of a `Location` field as a whole URL.
    ///
    /// It may be one, begin with the host, the path or the query, or be relative to the folder (RFC 3986, section 4.2).
    ///
    /// - Parameter base: the URL of the request that was answered.
    static func resolve(_ location: String, relativeTo base: String) -> String {
        let schemeEnd = base.firstRange(of: "://")?.upperBound ?? base.startIndex
        let pathStart = base[schemeEnd...].firstIndex { "/?".contains($0) } ?? base.endIndex
        let queryStart = base[pathStart...].firstIndex(of: "?") ?? base.endIndex
        let lowercased = location.lowercased()
        if lowercased.hasPrefix("http://") || lowercased.hasPrefix("https://") { return location }
        if location.hasPrefix("//") { return base[..<schemeEnd].dropLast(2) + location }
        if location.hasPrefix("/") { return base[..<pathStart] + location }
        if location.hasPrefix("?") { return base[..<queryStart] + location }
        let folderEnd = base[pathStart..<queryStart].lastIndex(of: "/").map(base.index(after:))
        return base[..<(folderEnd ?? pathStart)] + (folderEnd == nil ? "/" : "") + location
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
        let schemeEnd = url.firstRange(of: "://")?.upperBound ?? url.startIndex
        let end = url[schemeEnd...].firstIndex { "/?#".contains($0) } ?? url.endIndex
        let origin = url[..<end].lowercased()
        for (scheme, port) in [("http://", ":80"), ("https://", ":443")]
        where origin.hasPrefix(scheme) && origin.hasSuffix(port) {
            return String(origin.dropLast(port.count))
        }
        return origin
    }
}
