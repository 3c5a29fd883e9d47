/// URLs as they may be told.
package enum RedactedURL {
    /// The parameters of a query that have no secret in them. Signatures, tokens and the states of uploads have other names.
    private static let harmless: Set<Substring> = [
        "account", "digest", "from", "last", "mount", "n", "ns", "scope", "service",
    ]

    /// A URL, whole or relative, without its user, its fragment, and the values of its query that could let somebody in.
    package static func text(_ url: String) -> String {
        let whole = url.prefix { $0 != "#" }
        let address = whole.prefix { $0 != "?" }
        guard address.endIndex < whole.endIndex else { return withoutUser(address) }
        let query = whole[whole.index(after: address.endIndex)...].split(separator: "&")
            .map { parameter -> String in
                guard let equals = parameter.firstIndex(of: "=") else { return "…" }
                let name = parameter[..<equals]
                return harmless.contains(name) ? String(parameter) : "\(name)=…"
            }
        return withoutUser(address) + "?" + query.joined(separator: "&")
    }

    /// A password may have any character in it, and so end at any `@`.
    private static func withoutUser(_ address: Substring) -> String {
        guard let at = address.lastIndex(of: "@") else { return String(address) }
        let start = address.firstRange(of: "//")?.upperBound ?? address.startIndex
        return start <= at ? address[..<start] + "…" + address[at...] : String(address)
    }
}
