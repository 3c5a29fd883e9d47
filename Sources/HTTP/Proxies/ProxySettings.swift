import SystemIO

/// The proxies by host, by the rules of Go's `net/http` (`golang.org/x/net/http/httpproxy`), which docker uses.
package struct ProxySettings: Sendable {
    /// No proxy for any host.
    package static let none = ProxySettings(environment: [:])

    /// Settings from a file, used if the environment has none.
    package struct File: Sendable, Equatable {
        /// The proxy for `http`.
        package var http: String?
        /// The proxy for `https`.
        package var https: String?
        /// The comma-separated hosts that are reached directly.
        package var exemptions: String?
        /// The file's path, for messages.
        package var path: String

        package init(http: String? = nil, https: String? = nil, exemptions: String? = nil, path: String) {
            self.http = http
            self.https = https
            self.exemptions = exemptions
            self.path = path
        }
    }

    private enum Choice {
        case direct
        case proxy(Proxy)
        /// The setting is invalid. Its text is not kept, because it may contain a password.
        case unusable(source: String)

        init(_ setting: (text: String, source: String)?) {
            guard let setting else {
                self = .direct
                return
            }
            self = Proxy(setting.text).map { .proxy($0) } ?? .unusable(source: setting.source)
        }
    }

    private let http: Choice
    private let https: Choice
    private let exemptions: ProxyExemptions

    /// The credentials of the proxies.
    var logins: [[UInt8]] {
        [http, https].compactMap { if case .proxy(let proxy) = $0 { proxy.credentials } else { nil } }
    }

    /// Reads `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, each also in lowercase.
    ///
    /// If `REQUEST_METHOD` is set, `HTTP_PROXY` is ignored: in a CGI program it would be the client's `Proxy:` header.
    package init(environment: Environment) {
        self.init(environment: environment, file: nil)
    }

    /// Reads the environment, and `file` for unset variables.
    package init(environment: Environment, file: File?) {
        func value(_ name: String, _ inFile: String?, called key: String) -> (text: String, source: String)? {
            for variable in [name, name.lowercased()] {
                if let text = environment.value(of: variable) { return (text, variable) }
            }
            guard let file, let inFile, !inFile.isEmpty else { return nil }
            return (inFile, "\(key) in \(file.path)")
        }
        let isCGI = environment.value(of: "REQUEST_METHOD") != nil
        http = Choice(isCGI ? nil : value("HTTP_PROXY", file?.http, called: "http-proxy"))
        https = Choice(value("HTTPS_PROXY", file?.https, called: "https-proxy"))
        exemptions = ProxyExemptions(value("NO_PROXY", file?.exemptions, called: "no-proxy")?.text ?? "")
    }

    /// Returns the proxy for a host; `nil` if the host is reached directly.
    ///
    /// - Parameters:
    ///   - scheme: `http` or `https`.
    ///   - host: A name or an address, without the brackets of IPv6.
    ///   - port: The port, or the scheme's default.
    /// - Throws: `HTTPError` if the setting for this host is invalid; nothing must be sent then.
    package func proxy(scheme: String, host: String, port: Int) throws(HTTPError) -> Proxy? {
        guard !exemptions.contains(host: host.lowercased(), port: port) else { return nil }
        switch scheme == "https" ? https : http {
        case .direct: return nil
        case .proxy(let proxy): return proxy
        case .unusable(let source):
            throw HTTPError(
                .proxy,
                "\(host) was not asked: \(source) names no proxy; it must be [SCHEME://][USER:PASSWORD@]HOST[:PORT], where"
                    + " SCHEME is http, https, socks5, socks5h, socks4 or socks4a"
            )
        }
    }

    func proxy(for address: HTTPAddress) throws(HTTPError) -> Proxy? {
        try proxy(scheme: address.scheme, host: address.host, port: address.port)
    }
}
