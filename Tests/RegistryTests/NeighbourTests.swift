import FoundationEssentials
import HTTP
import OCI
import TestSupport
import Testing

@testable import Registry

/// Real servers: `docker-registry` with its authentication methods and TLS, `tinyproxy`, nginx.
///
/// 0.0.0.0 is this machine, but no loopback address, for which docker's rules have exceptions.
@Suite(
    .enabled(if: Machine.hasRegistry && Machine.hasNginx, "needs docker-registry, nginx and openssl"),
    .timeLimit(.minutes(5))
)
struct NeighbourTests {
    private let directory: TemporaryDirectory
    private static let content = Array("what a blob has".utf8)
    private static let blob = Descriptor(
        mediaType: "application/octet-stream",
        digest: ContentHash.digest(of: content),
        size: Int64(content.count)
    )
    private static let passwords = ["p@ss", "a#b/c?d", "50%", "two words", "a:b", "pässwört"]

    init() throws { directory = try TemporaryDirectory() }

    // MARK: Credentials

    @Test func htpasswd() async throws {
        // The password's bcrypt hash, as the registry requires.
        for password in Self.passwords {
            try directory.write(password, to: "password")
            let line = try directory.shell(
                #"perl -e 'local $/; print "me:", crypt(<>, "\$2y\$05\$abcdefghijklmnopqrstuu"), "\n"' password"#
            )
            try directory.write(line, to: "htpasswd")
            let registry = try DistributionRegistry(
                auth: #"{htpasswd: {realm: test, path: "\#(directory.path("htpasswd"))"}}"#
            )
            try await Self.pushAndPull(registry.authority, logins: try Self.logins(registry.authority, password))
            let error = await registryError {
                try await Self.pushAndPull(
                    registry.authority,
                    logins: try Self.logins(registry.authority, "x" + password)
                )
            }
            #expect(error?.code == .unauthorized)
            let sentence = try #require(error).description
            #expect(sentence.contains("; it got the login of user me from /etc/logins.json; "), "\(sentence)")
            #expect(!sentence.contains(password), "\(sentence)")
        }
    }

    @Test func tokenServer() async throws {
        for password in ["p@ss #/?%", "pässwört"] {
            let tokens = try TestTokenServer(user: "me", password: password)
            defer { tokens.stop() }
            let registry = try DistributionRegistry(auth: tokens.auth)
            try await Self.pushAndPull(registry.authority, logins: try Self.logins(registry.authority, password))
            // One to push, one to mount, one to pull.
            #expect(tokens.requests.count == 3)
            #expect(tokens.requests.allSatisfy { !$0.target.contains(PercentEncoding.encode(password)) })
            let anonymous = await registryError { try await Self.pushAndPull(registry.authority) }
            #expect(
                anonymous?.description.contains("; no login for \(registry.authority) is known: ") == true,
                "\(anonymous?.description ?? "")"
            )
        }
    }

    // MARK: TLS

    @Test func privateAuthority() async throws {
        let authority = try TestAuthority()
        let server = try authority.issue("server", addresses: ["0.0.0.0"])
        let registry = try DistributionRegistry(tls: #"{certificate: "\#(server.certificate)", key: "\#(server.key)"}"#)
        let domain = Self.outside(registry.authority)

        let unknown = await registryError { try await Self.pushAndPull(domain) }
        let sentence = try #require(unknown).description
        #expect(sentence.hasPrefix("cannot reach the registry \(domain): TLS with \(domain) failed: "), "\(sentence)")
        #expect(
            sentence.hasSuffix(
                "; put the certificate of its authority into /etc/docker/certs.d/\(domain)/ca.crt, or name the file of the"
                    + " authority's certificate with --ca-file"
            ),
            "\(sentence)"
        )

        // With a directory for the registry, with a file for all registries, and as an insecure registry.
        try directory.shell("mkdir -p certs.d/\(domain) && cp '\(authority.certificate)' certs.d/\(domain)/any.crt")
        let system = CertificateAuthorities(environment: [:])
        let directories = CertificateDirectories(
            roots: [directory.path("none"), directory.path("certs.d")],
            authorities: system
        )
        try await Self.pushAndPull(domain, certificates: directories)
        try await Self.pushAndPull(domain, authorities: try system.adding(file: authority.certificate))
        try await Self.pushAndPull(domain, insecure: [domain])
        try await Self.pushAndPull(domain, insecure: ["0.0.0.0/32"])
        let other = await registryError { try await Self.pushAndPull(domain, insecure: ["0.0.0.0"]) }
        #expect(other?.code == .unreachable, "the port is part of the name")
    }

    @Test func clientCertificates() async throws {
        let authority = try TestAuthority()
        let server = try authority.issue("server", addresses: ["0.0.0.0"])
        let client = try authority.issue("client")
        let registry = try DistributionRegistry(
            tls: """
                {certificate: "\(server.certificate)", key: "\(server.key)", clientcas: ["\(authority.certificate)"]}
                """
        )
        let domain = Self.outside(registry.authority)
        let root = directory.path("certs.d")
        let directories = CertificateDirectories(roots: [root], authorities: CertificateAuthorities(environment: [:]))
        try directory.shell("mkdir -p certs.d/\(domain) && cp '\(authority.certificate)' certs.d/\(domain)/ca.crt")

        let without = await registryError { try await Self.pushAndPull(domain, certificates: directories) }
        let sentence = try #require(without).description
        #expect(
            sentence.hasSuffix(
                "; it wants a client certificate: put one into /etc/docker/certs.d/\(domain)/ as client.cert, and its key as"
                    + " client.key"
            ),
            "\(sentence)"
        )

        try directory.shell("cp '\(client.certificate)' certs.d/\(domain)/me.cert")
        let half = await registryError { try await Self.pushAndPull(domain, certificates: directories) }
        #expect(
            half?.description
                == "\(domain) was not asked: in \(root)/\(domain), missing key me.key for client certificate me.cert; CA"
                + " certificates must use the extension .crt"
        )

        try directory.shell("cp '\(client.key)' certs.d/\(domain)/me.key")
        try await Self.pushAndPull(domain, certificates: directories)

        // Of several certificates, the accepted one is found.
        let elsewhere = try TestAuthority()
        let other = try elsewhere.issue("another")
        try directory.shell(
            """
            cp '\(other.certificate)' certs.d/\(domain)/a.cert && cp '\(other.key)' certs.d/\(domain)/a.key
            """
        )
        try await Self.pushAndPull(domain, certificates: directories)
        try directory.shell("rm certs.d/\(domain)/a.*")

        // Other authorities are trusted in addition to those of the directory.
        let base = try CertificateAuthorities(environment: [:]).adding(file: authority.certificate)
        try directory.shell("rm certs.d/\(domain)/ca.crt")
        let more = CertificateDirectories(roots: [root], authorities: base)
        try await Self.pushAndPull(domain, authorities: base, certificates: more)

        try directory.shell("rm certs.d/\(domain)/me.cert")
        let key = await registryError { try await Self.pushAndPull(domain, certificates: directories) }
        #expect(
            key?.description
                == "\(domain) was not asked: in \(root)/\(domain), missing client certificate me.cert for key me.key"
        )
    }

    @Test func registryWithoutTLS() async throws {
        let registry = try DistributionRegistry()
        let domain = Self.outside(registry.authority)
        let error = await registryError { try await Self.pushAndPull(domain) }
        #expect(
            error?.description
                .hasSuffix("; if it is meant to be without TLS, name it with --insecure-registry \(domain)")
                == true,
            "\(error?.description ?? "")"
        )
        try await Self.pushAndPull(domain, insecure: [domain])
    }

    @Test func plainHTTPRedirectingToTLS() async throws {
        let registry = try DistributionRegistry()
        let secure = try NginxServer(
            locations: """
                location /v2/ {
                    proxy_pass \(registry.url);
                    proxy_set_header Host $http_host;
                    proxy_set_header X-Forwarded-Proto $scheme;
                }
                """
        )
        let plain = try NginxServer(locations: "location /v2/ { return 301 \(secure.secureURL)$request_uri; }")
        try await Self.pushAndPull(String(plain.url.dropFirst("http://".count)))
    }

    /// Each replica knows only its own uploads, and nginx sends every request to another one.
    @Test func replicasWithDifferentSecrets() async throws {
        let first = try DistributionRegistry()
        let second = try DistributionRegistry(replicaOf: first)
        let third = try DistributionRegistry(replicaOf: first)
        let nginx = try NginxServer(
            locations: """
                location /v2/ {
                    proxy_pass http://replicas;
                    proxy_set_header Host $http_host;
                    proxy_request_buffering off;
                }
                """,
            replicas: [first, second, third].map(\.authority)
        )
        try await Self.pushAndPull(String(nginx.url.dropFirst("http://".count)))
    }

    // MARK: Proxies

    @Test(.enabled(if: Machine.hasTinyProxy, "needs tinyproxy")) func proxyWithCredentials() async throws {
        let authority = try TestAuthority()
        let server = try authority.issue("server", addresses: ["0.0.0.0"])
        let registry = try DistributionRegistry(tls: #"{certificate: "\#(server.certificate)", key: "\#(server.key)"}"#)
        let plain = try DistributionRegistry()
        let authorities = try CertificateAuthorities(environment: [:]).adding(file: authority.certificate)
        let proxy = try TinyProxy(user: "me", password: "s3cret")
        let good = "http://me:s3cret@\(proxy.authority)"
        let settings = ProxySettings(environment: ["HTTPS_PROXY": good, "HTTP_PROXY": good])
        let domain = Self.outside(registry.authority)
        try await Self.pushAndPull(domain, proxies: settings, authorities: authorities)
        #expect(try proxy.log().contains("CONNECT \(domain)"))
        try await Self.pushAndPull(
            Self.outside(plain.authority),
            proxies: settings,
            insecure: [Self.outside(plain.authority)]
        )
        #expect(try proxy.log().contains("http://\(Self.outside(plain.authority))/v2/"))

        let bad = ProxySettings(environment: ["HTTPS_PROXY": "http://me:wr0ng@\(proxy.authority)"])
        let error = await registryError {
            try await Self.pushAndPull(domain, proxies: bad, authorities: authorities)
        }
        let sentence = try #require(error).description
        #expect(sentence.contains("the proxy for \(domain) wants another login (401)"), "\(sentence)")
        #expect(!sentence.contains("wr0ng"))
    }

    // MARK: -

    /// Returns the registry's name outside of loopback.
    private static func outside(_ authority: String) -> String {
        authority.replacing("127.0.0.1", with: "0.0.0.0")
    }

    private static func logins(_ domain: String, _ password: String) throws -> CredentialStore {
        let auth = Data("me:\(password)".utf8).base64EncodedString()
        let json = #"{"auths":{"\#(domain)":{"auth":"\#(auth)"}}}"#
        let configuration = try DockerConfiguration(json: Array(json.utf8))
        return CredentialStore([CredentialStore.Source(name: "/etc/logins.json", configuration: configuration)])
    }

    /// Pushes a blob, mounts it into another repository and pulls it from there.
    private static func pushAndPull(
        _ domain: String,
        proxies: ProxySettings = .none,
        authorities: CertificateAuthorities = CertificateAuthorities(environment: [:]),
        logins: CredentialStore = CredentialStore(),
        insecure: InsecureHosts = [],
        certificates: CertificateDirectories? = nil
    ) async throws {
        let http = HTTPClient(
            HTTPClient.Configuration(threads: 2, proxies: proxies, authorities: authorities)
        )
        let client = RegistryClient(
            http: http,
            settings: RegistrySettings(
                insecureRegistries: insecure,
                logins: logins,
                certificates: certificates,
                retryPolicy: RetryPolicy(duration: .seconds(1), firstWait: .milliseconds(10))
            )
        )
        let source = Source(bytes: content)
        let one = Repository(domain: domain, path: "team/one")
        let other = Repository(domain: domain, path: "team/other")
        let placement = try await client.upload(blob, from: source, to: one, mountingFrom: nil)
        #expect(placement == .uploaded)
        let mounted = try await client.upload(blob, from: source, to: other, mountingFrom: one)
        #expect(mounted == .mounted(from: one))
        #expect(try await client.content(of: blob, from: other, limit: 100) == content)
    }
}
