import CCurl

/// Scheme, host and port of a URL, as parsed by libcurl, so that the host that receives
/// credentials is the one that libcurl connects to.
package struct HTTPAddress: Hashable, Sendable {
    /// `http` or `https`.
    package let scheme: String
    /// A lowercase name or an address, without the brackets of IPv6.
    package let host: String
    /// The port, or the scheme's default.
    package let port: Int
    /// The host, and the port unless it is the scheme's default, for messages.
    package let authority: String

    /// - Throws: `HTTPError` if the URL is not an absolute `http` or `https` URL, or has a user.
    package init(_ url: String) throws(HTTPError) {
        guard let handle = curl_url() else { throw HTTPError(.failed, "libcurl has no memory for a URL") }
        defer { curl_url_cleanup(handle) }

        guard url.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw HTTPError(.badURL, "the URL cannot be used: it has a control character in it")
        }
        let flags = UInt32(CURLU_DISALLOW_USER | CURLU_NON_SUPPORT_SCHEME | CURLU_PATH_AS_IS)
        let code = curl_url_set(handle, CURLUPART_URL, url, flags)
        guard code == CURLUE_OK else { throw Self.unusable(url, String(cString: curl_url_strerror(code))) }

        guard let scheme = Self.part(CURLUPART_SCHEME, of: handle), scheme == "http" || scheme == "https" else {
            throw Self.unusable(url, "it does not begin with http:// or https://")
        }
        guard let name = Self.part(CURLUPART_HOST, of: handle),
            let digits = Self.part(CURLUPART_PORT, of: handle),
            let port = Int(digits)
        else { throw Self.unusable(url, "it names no host") }

        let host = name.lowercased()
        self.scheme = scheme
        self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        self.port = port
        self.authority = port == (scheme == "http" ? 80 : 443) ? host : "\(host):\(port)"
    }

    private static func part(_ part: CURLUPart, of handle: OpaquePointer) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, UInt32(CURLU_DEFAULT_PORT)) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }

    /// Shows only parts of the URL that cannot contain a secret: nothing if it may contain a user, else everything
    /// before the query.
    private static func unusable(_ url: String, _ reason: String) -> HTTPError {
        let shown = url.contains("@") ? "" : " \(url.prefix { $0 != "?" && $0 != "#" })"
        return HTTPError(.badURL, "the URL\(shown) cannot be used: \(reason)")
    }
}
