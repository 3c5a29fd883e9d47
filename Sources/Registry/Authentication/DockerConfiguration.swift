import FoundationEssentials
import OCI
import SystemIO

/// The credentials of a file such as docker's `config.json` or podman's `auth.json`.
///
/// `auths` contains credentials written by `docker login`; `credHelpers` and `credsStore` name credential helpers.
package struct DockerConfiguration: Sendable {
    private let entries: [String: Entry]
    private let helpers: [String: String]
    private let store: String?

    fileprivate struct Entry: Decodable {
        var auth: String?
        var username: String?
        var password: String?
        var identitytoken: String?
        var registrytoken: String?
    }

    package init() {
        (entries, helpers, store) = ([:], [:], nil)
    }

    /// Parses the text of a file.
    ///
    /// - Throws: ``DockerConfigurationError`` if the text is not JSON. Malformed credentials are reported when they are
    ///   used.
    package init(json: [UInt8]) throws(DockerConfigurationError) {
        struct File: Decodable {
            var auths: [String: Entry?]?
            var credHelpers: [String: String]?
            var credsStore: String?
        }
        do {
            let file = try StrictJSON.decode(File.self, from: json, comparing: .exact)
            entries = (file.auths ?? [:]).compactMapValues(\.self)
            helpers = (file.credHelpers ?? [:]).filter { !$0.value.isEmpty }
            store = file.credsStore.flatMap { $0.isEmpty ? nil : $0 }
        } catch let error as DuplicateFieldError {
            throw .duplicateField(error)
        } catch {
            throw .notJSON
        }
    }

    /// The credential helpers, each without `docker-credential-`.
    var helperNames: Set<String> { Set(helpers.values).union(store.map { [$0] } ?? []) }

    /// Returns the credential helper for a repository, and its name for the registry.
    func helper(for repository: Repository) -> (name: String, server: String)? {
        let server = RegistryName.dockerKey(repository.domain)
        if let key = Self.best(helpers.keys, for: repository), let name = helpers[key] {
            return (name, key == server ? server : repository.domain)
        }
        return store.map { ($0, server) }
    }

    /// Returns the credentials in `auths` for a repository.
    ///
    /// - Throws: ``DockerConfigurationError`` if the credentials are malformed.
    func credential(for repository: Repository) throws(DockerConfigurationError) -> Credential? {
        let filled = entries.filter { !$0.value.isEmpty }
        guard let key = Self.best(filled.keys, for: repository), let entry = filled[key] else { return nil }
        return try entry.credential(for: repository.domain)
    }

    /// Returns the key that matches a repository best.
    ///
    /// The longest matching path wins, as in podman. Next is the registry itself: under docker's name, then under any
    /// other. A key with another path comes last, because docker ignores paths.
    private static func best(_ keys: some Collection<String>, for repository: Repository) -> String? {
        let wanted = RegistryName(repository.domain)
        func rank(_ key: String) -> Int? {
            let name = RegistryName(key)
            guard name.host == wanted.host else { return nil }
            if name.path.isEmpty { return key == RegistryName.dockerKey(repository.domain) ? 2 : 1 }
            let isAbove = "\(repository.path)/".hasPrefix("\(name.path)/")
            return isAbove ? 2 + name.path.utf8.count : 0
        }
        return keys.compactMap { key in rank(key).map { (rank: $0, key: key) } }
            .max { ($0.rank, $1.key) < ($1.rank, $0.key) }?
            .key
    }
}

extension DockerConfiguration.Entry {
    /// Whether the entry is empty because a credential store holds the credentials.
    fileprivate var isEmpty: Bool {
        [auth, username, identitytoken, registrytoken].allSatisfy { $0?.isEmpty ?? true }
    }

    /// Returns the credentials. `auth` takes precedence over the fields, and a token over a password.
    fileprivate func credential(for domain: String) throws(DockerConfigurationError) -> Credential? {
        var user = (username ?? "").native
        var password = (password ?? "").native
        if let auth, !auth.isEmpty {
            guard let login = Self.decoded(auth), let colon = login.firstIndex(of: UInt8(ascii: ":")) else {
                throw .badLogin(domain)
            }
            user = String(nativeBytes: login[..<colon])
            password = String(nativeBytes: login[(colon + 1)...].trimmingSuffix { $0 == 0 })
        }
        if let identitytoken, !identitytoken.isEmpty { return .identityToken(identitytoken.native, user: user) }
        if let registrytoken, !registrytoken.isEmpty { return .registryToken(registrytoken.native) }
        return user.isEmpty ? nil : .basic(user: user, password: password)
    }

    /// Decodes base64 with line breaks and without padding.
    private static func decoded(_ text: String) -> [UInt8]? {
        var digits = String(text.filter { !$0.isWhitespace }.trimmingSuffix { $0 == "=" })
        digits += String(repeating: "=", count: (4 - digits.utf8.count % 4) % 4)
        return Data(base64Encoded: digits).map(Array.init)
    }
}

/// An unusable credential file. The caller names the file.
package enum DockerConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file is not JSON or not docker's.
    case notJSON
    /// Two fields have the same name; docker would use the last.
    case duplicateField(DuplicateFieldError)
    /// The credentials for this registry are malformed.
    case badLogin(String)

    /// The problem, to follow the file's name.
    package var description: String {
        switch self {
        case .notJSON: "it is not the JSON of docker's configuration"
        case .duplicateField(let error): "it has \(error): leave one of them"
        case .badLogin(let domain): "the login of \(domain) cannot be decoded; run 'docker login \(domain)' again"
        }
    }
}
