import Basics
import FoundationEssentials
import ImageModel

/// The logins of docker's `config.json`: what `docker login` wrote under `auths`.
package struct DockerConfiguration: Sendable {
    private let logins: [String: Credential]

    /// No logins.
    package init() {
        logins = [:]
    }

    /// Where the file lies: `$DOCKER_CONFIG/config.json`, else `$HOME/.docker/config.json`; `nil` where neither is set.
    package static func path(in environment: [String: String]) -> String? {
        if let folder = environment["DOCKER_CONFIG"], !folder.isEmpty { return folder + "/config.json" }
        guard let home = environment["HOME"], !home.isEmpty else { return nil }
        return home + "/.docker/config.json"
    }

    /// Reads the text of a `config.json`.
    ///
    /// - Throws: ``DockerConfigurationError``; as in docker, one bad login spoils the file.
    package init(json: [UInt8]) throws(DockerConfigurationError) {
        struct File: Decodable {
            struct Entry: Decodable {
                var auth: String?
                var username: String?
                var password: String?
                var identitytoken: String?
                var registrytoken: String?
            }
            var auths: [String: Entry]?
        }
        let entries: [String: File.Entry]
        do {
            entries = try JSONDecoder().decode(File.self, from: Data(json)).auths ?? [:]
        } catch {
            throw .notJSON
        }
        var logins: [String: Credential] = [:]
        for (key, entry) in entries {
            var user = entry.username ?? ""
            var password = entry.password ?? ""
            if let auth = entry.auth, !auth.isEmpty {
                guard let text = Data(base64Encoded: auth).map({ String(decoding: $0, as: UTF8.self) }),
                    let colon = text.firstIndex(of: ":")
                else { throw .badLogin(key) }
                user = String(text[..<colon])
                password = String(text[text.index(after: colon)...].trimmingSuffix { $0 == "\0" })
            }
            if let token = entry.identitytoken, !token.isEmpty {
                logins[key] = .identityToken(token)
            } else if let token = entry.registrytoken, !token.isEmpty {
                logins[key] = .registryToken(token)
            } else if !user.isEmpty {
                logins[key] = .basic(user: user, password: password)
            }
        }
        self.logins = logins
    }

    /// The login for a registry: under its own name, else under the first key whose host is that name.
    package func credential(for domain: String) -> Credential? {
        if domain == Reference.hub { return logins["https://index.docker.io/v1/"] }
        if let login = logins[domain] { return login }
        return logins.sorted { $0.key < $1.key }.first { Self.host(of: $0.key) == domain }?.value
    }

    /// `https://reg:5000/v1/` and `reg:5000/path` are both for `reg:5000`.
    private static func host(of key: String) -> String {
        var rest = key[...]
        for scheme in ["http://", "https://"] where rest.hasPrefix(scheme) { rest = rest.dropFirst(scheme.count) }
        return String(rest.prefix { $0 != "/" })
    }
}

/// Why docker's `config.json` cannot be used. The caller names the file.
package enum DockerConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It is not JSON, or not docker's.
    case notJSON
    /// The login under this key cannot be decoded.
    case badLogin(String)

    /// What is wrong, to follow the file's name.
    package var description: String {
        switch self {
        case .notJSON: "it is not the JSON of docker's configuration"
        case .badLogin(let key): "the login of \(key) cannot be decoded; run 'docker login \(key)' again"
        }
    }
}
