import SystemIO

/// Which hosts are reached by which proxy, by the rules of Go's `net/http` (`golang.org/x/net/http/httpproxy`), which are
/// docker's.
package struct ProxySettings: Sendable {
    /// No proxy for any host.
    package static let none = ProxySettings(environment: [:])

    /// What a file of settings says, where the environment says nothing.
    package struct File: Sendable, Equatable {
        /// The proxy for `http`.
        package var http: String?
        /// The proxy for `https`.
        package var https: String?
        /// The hosts that are reached directly, parted by commas.
        package var exemptions: String?
        /// The file's path, for messages.
        package var path: String

        /// The values of a file.
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
        /// What names it cannot be read. It has no text of the value, which may have a password in it.
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

    /// The users and passwords of the proxies.
    var logins: [[UInt8]] {
        [http, https].compactMap { if case .proxy(let proxy) = $0 { proxy.credentials } else { nil } }
    }

    /// Reads `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, where one of them is not set the same in lower case, and where that is
    /// not set either what the file says.
    ///
    /// With `REQUEST_METHOD` set, `HTTP_PROXY` is ignored: in a CGI program it would be the client's `Proxy:` header.
    package init(environment: [String: String]) {
        self.init(environment: environment, file: nil)
    }

    /// As ``init(environment:)``, with a file for what the environment does not say.
    package init(environment: [String: String], file: File?) {
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

    /// The proxy for a host, or `nil` if it is reached directly.
    ///
    /// - Parameters:
    ///   - scheme: `http` or `https`.
    ///   - host: a name or an address, without the brackets of IPv6.
    ///   - port: the port, the scheme's own where none was given.
    /// - Throws: where what is set for this host names no proxy; nothing is to be sent then.
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
