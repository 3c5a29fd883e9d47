/// Removes secrets from URLs for messages and logs.
package enum RedactedURL {
    /// The query parameters without secrets. Signatures, tokens and upload states have other names.
    private static let harmless: Set<Substring> = [
        "account", "digest", "from", "last", "mount", "n", "ns", "scope", "service",
    ]

    /// Returns an absolute or relative URL without user, fragment and the secret values of its query.
    package static func text(_ url: String) -> String {
        let url = url.prefix { $0 != "#" }
        let address = url.prefix { $0 != "?" }
        guard address.endIndex < url.endIndex else { return withoutUser(address) }
        let query = url[url.index(after: address.endIndex)...].split(separator: "&")
            .map { parameter -> String in
                guard let equals = parameter.firstIndex(of: "=") else { return "…" }
                let name = parameter[..<equals]
                return harmless.contains(name) ? String(parameter) : "\(name)=…"
            }
        return withoutUser(address) + "?" + query.joined(separator: "&")
    }

    /// A password may contain any character, so the user ends at the last `@`.
    private static func withoutUser(_ address: Substring) -> String {
        guard let at = address.lastIndex(of: "@") else { return String(address) }
        let start = address.firstRange(of: "//")?.upperBound ?? address.startIndex
        return start <= at ? address[..<start] + "…" + address[at...] : String(address)
    }
}
