/// The host and port of a URL or an image reference: `HOST`, `HOST:PORT`, `[ADDRESS]` or `[ADDRESS]:PORT` (RFC 3986,
/// section 3.2, without a user).
package struct Authority: Hashable, Sendable {
    /// A name or an address, without the brackets of IPv6.
    package let host: String
    /// The port after the colon; `nil` without a colon.
    package let port: Int?

    /// - Returns: `nil` for text of another form.
    package init?(_ text: String) {
        let end: String.Index
        if text.hasPrefix("[") {
            guard let bracket = text.firstIndex(of: "]") else { return nil }
            host = String(text[..<bracket].dropFirst())
            end = text.index(after: bracket)
        } else {
            end = text.firstIndex(of: ":") ?? text.endIndex
            host = String(text[..<end])
        }
        guard end < text.endIndex else {
            port = nil
            return
        }
        guard text[end] == ":", let number = UInt16(text[text.index(after: end)...]) else { return nil }
        port = Int(number)
    }

    /// The host as an address; `nil` for a name.
    package var address: IPAddress? { IPAddress(host) }

    /// Whether the host is this machine: `localhost`, 127.0.0.0/8 or ::1, with any port.
    package var isLoopback: Bool { host == "localhost" || address?.isLoopback == true }
}
