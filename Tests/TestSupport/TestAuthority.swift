/// A certificate authority for tests, made with openssl.
public final class TestAuthority: Sendable {
    /// The file of the CA certificate.
    public let certificate: String

    private let directory: TemporaryDirectory

    /// Creates the authority.
    ///
    /// - Throws: An error with the output of openssl if it fails.
    public init() throws {
        directory = try TemporaryDirectory()
        certificate = directory.path("ca.pem")
        try directory.shell(
            """
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj '/CN=an authority of a test' -keyout ca.key -out ca.pem
            """
        )
    }

    /// Creates a key and a signed certificate.
    ///
    /// - Parameters:
    ///   - name: The subject, and the base name of the files.
    ///   - addresses: The IP addresses of the server.
    ///   - key: The key to generate, as arguments of `openssl req -newkey`.
    /// - Returns: The files of the certificate and the key.
    public func issue(
        _ name: String,
        addresses: [String] = [],
        key: String = "ec -pkeyopt ec_paramgen_curve:prime256v1"
    ) throws -> (certificate: String, key: String) {
        let names = addresses.map { "IP:\($0)" }.joined(separator: ",")
        try directory.write(names.isEmpty ? "" : "subjectAltName=\(names)\n", to: "\(name).ext")
        try directory.shell(
            """
            openssl req -newkey \(key) -nodes -subj '/CN=\(name)' -keyout \(name).key -out \(name).csr
            openssl x509 -req -in \(name).csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile \(name).ext \
                -out \(name).pem
            """
        )
        return (directory.path("\(name).pem"), directory.path("\(name).key"))
    }
}
