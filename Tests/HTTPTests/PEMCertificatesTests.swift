import FoundationEssentials
import TestSupport
import Testing

@testable import HTTP

/// Certificate files in various forms.
@Suite(.enabled(if: Machine.hasOpenSSL, "needs openssl"), .timeLimit(.minutes(5))) struct PEMCertificatesTests {
    private let directory: TemporaryDirectory
    private let one: [UInt8]
    private let other: [UInt8]

    init() throws {
        directory = try TemporaryDirectory()
        for name in ["one", "other"] {
            try directory.shell(
                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=\(name)"
                    + " -keyout \(name).key -out \(name).pem"
            )
        }
        one = try directory.bytes("one.pem")
        other = try directory.bytes("other.pem")
    }

    private static func certificates(_ files: [UInt8]...) -> PEMCertificates {
        var certificates = PEMCertificates()
        for file in files { certificates.add(file) }
        return certificates
    }

    @Test func opensslReadsTheBundle() throws {
        let key = try directory.bytes("one.key")
        let damaged = Array("-----BEGIN CERTIFICATE-----\nMIIBdamaged\n-----END CERTIFICATE-----\n".utf8)
        let windows = other.flatMap { $0 == UInt8(ascii: "\n") ? [UInt8(ascii: "\r"), $0] : [$0] }
        let text = Array("a text\nof someone's\n".utf8)
        let gathered = Self.certificates(text + one + key + damaged, windows + one, key, [])
        try directory.write(gathered.text, to: "all.pem")
        let subjects = try directory.shell(
            "openssl crl2pkcs7 -nocrl -certfile all.pem | openssl pkcs7 -print_certs -noout | grep subject"
        )
        #expect(String(decoding: subjects, as: UTF8.self) == "subject=CN = one\nsubject=CN = other\n")
        #expect(try directory.text("all.pem") == String(decoding: one + other, as: UTF8.self))
    }

    @Test func derFileIsAccepted() throws {
        try directory.shell("openssl x509 -in one.pem -outform DER -out one.der")
        let der = try directory.bytes("one.der")
        #expect(Self.certificates(der) == Self.certificates(one))
        #expect(Self.certificates(Array(der.dropLast())).isEmpty)
        #expect(Self.certificates([0x30, 0x83, 1]).isEmpty)
        #expect(Self.certificates([0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 0]).isEmpty)
    }

    @Test func namesInADirectoryDoNotMatter() throws {
        try directory.write(one, to: "certificates/any name")
        try directory.write(other, to: "certificates/other.txt")
        try directory.write("no certificate", to: "certificates/readme")
        try directory.write("", to: "certificates/below/empty")
        let file = try directory.write("", to: "empty.pem")
        let environment = [
            "SSL_CERT_FILE": file, "SSL_CERT_DIR": "\(directory.path("none")):\(directory.path("certificates"))",
        ]
        #expect(CertificateAuthorities(environment: environment).bundle == Self.certificates(one, other).text)
    }

    @Test func directoriesAreReadOnceOnDemand() throws {
        let file = try directory.write("", to: "empty.pem")
        let environment = ["SSL_CERT_FILE": file, "SSL_CERT_DIR": directory.path("certificates")]
        let authorities = CertificateAuthorities(environment: environment)
        try directory.write(one, to: "certificates/one")
        #expect(authorities.bundle == one)
        try directory.write(other, to: "certificates/other")
        #expect(authorities.bundle == one)
    }

    @Test func fileIsAddedToTheOthers() throws {
        let authorities = CertificateAuthorities(environment: ["SSL_CERT_FILE": directory.path("one.pem")])
        #expect(authorities.bundle == nil)
        let both = try authorities.adding(file: directory.path("other.pem"))
        #expect(both.bundle == one + other)
        #expect(try both.adding(file: directory.path("one.pem")) == both)
        #expect(try both.adding(file: directory.path("one.key"), mayBeEmpty: true) == both)
        let empty = #expect(throws: HTTPError.self) { try both.adding(file: directory.path("one.key")) }
        #expect(
            empty?.message
                == "no certificate of an authority is taken from \(directory.path("one.key")): there is none in it"
        )
        let missing = #expect(throws: HTTPError.self) { try both.adding(file: "/no/where.pem") }
        #expect(
            missing?.message == "no certificate of an authority is taken from /no/where.pem: cannot open /no/where.pem:"
                + " No such file or directory"
        )
        let lost = CertificateAuthorities(environment: ["SSL_CERT_FILE": "/no/where.pem"])
        let unread = #expect(throws: HTTPError.self) { try lost.adding(file: directory.path("one.pem")) }
        #expect(unread?.message.contains("/no/where.pem") == true)
    }
}
