import TestSupport
import Testing

@testable import HTTP

@Suite(.timeLimit(.minutes(5))) struct CertificateAuthoritiesTests {
    struct Row: Sendable {
        let environment: [String: String]
        let builtIn: String?
        let there: Set<String>
        let file: String?
        let why: String

        init(
            _ environment: [String: String] = [:],
            builtIn: String? = "/built/in",
            there: Set<String>,
            file: String?,
            _ why: String
        ) {
            self.environment = environment
            self.builtIn = builtIn
            self.there = there
            self.file = file
            self.why = why
        }
    }

    private static let debian = "/etc/ssl/certs/ca-certificates.crt"
    private static let rhel = "/etc/pki/tls/certs/ca-bundle.crt"

    @Test(arguments: [
        Row(there: ["/built/in", rhel], file: nil, "libcurl's own file is there"),
        Row(there: [rhel], file: rhel, "libcurl was built for another system"),
        Row(builtIn: nil, there: [rhel], file: rhel, "libcurl was built without one"),
        Row(there: [rhel, debian], file: debian, "the first of those that are there"),
        Row(there: [], file: nil, "none is there: libcurl will name the one it misses"),
        Row(
            ["SSL_CERT_FILE": "/mine"],
            there: ["/built/in"],
            file: "/mine",
            "named, and libcurl tells if it is missing"
        ),
        Row(["SSL_CERT_FILE": ""], there: ["/built/in"], file: nil, "empty is not set"),
    ])
    func choice(_ row: Row) {
        let authorities = CertificateAuthorities(environment: row.environment, builtIn: row.builtIn) {
            row.there.contains($0)
        }
        #expect(authorities.file == row.file, "\(row.why)")
        #expect(authorities.bundle == nil, "\(row.why)")
    }

    /// Reading a named pipe could block forever.
    @Test func namedPipesAreNotRead() async throws {
        let directory = try TemporaryDirectory()
        try directory.shell("mkfifo pipe && mkdir certificates && mkfifo certificates/pipe.pem")
        let pipe = directory.path("pipe")
        let adding = #expect(throws: HTTPError.self) {
            try CertificateAuthorities(environment: [:]).adding(file: pipe)
        }
        #expect(
            adding?.message == "no certificate of an authority is taken from \(pipe): cannot read \(pipe): it is not a"
                + " regular file"
        )
        let gathered = CertificateAuthorities(environment: ["SSL_CERT_DIR": directory.path("certificates")])
        #expect(gathered.bundle == nil)
        let named = CertificateAuthorities(environment: ["SSL_CERT_FILE": pipe])
        let client = HTTPClient(HTTPClient.Configuration(threads: 1, authorities: named))
        let error = await #expect(throws: HTTPError.self) {
            _ = try await client.collect(HTTPRequest(.get, "https://127.0.0.1:9/"), limit: 10)
        }
        #expect(error?.message == "127.0.0.1:9 was not asked: cannot read \(pipe): it is not a regular file")
        var security = TransportSecurity.unverified
        security.clientCertificate = ClientCertificate(certificate: pipe, key: pipe)
        let shown = await #expect(throws: HTTPError.self) {
            let request = HTTPRequest(.get, "https://127.0.0.1:9/", security: security)
            _ = try await HTTPClient().collect(request, limit: 10)
        }
        #expect(shown?.message == "127.0.0.1:9 was not asked: cannot read \(pipe): it is not a regular file")
    }
}
