/// An authority of a test's own that signs certificates, with openssl.
public final class TestAuthority: Sendable {
    /// The file of the authority's own certificate.
    public let certificate: String

    private let directory: TemporaryDirectory

    /// Makes the authority.
    ///
    /// - Throws: what openssl wrote, where it cannot.
    public init() throws {
        directory = try TemporaryDirectory()
        certificate = directory.path("ca.pem")
        try directory.shell(
            """
            openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=an authority of a test' -keyout ca.key -out ca.pem
            """
        )
    }

    /// Makes a key, and signs a certificate for it.
    ///
    /// - Parameters:
    ///   - name: what it is for, and what its files are called.
    ///   - addresses: the addresses of the server that it is for.
    /// - Returns: the files of the certificate and of its key.
    public func issue(_ name: String, addresses: [String] = []) throws -> (certificate: String, key: String) {
        let names = addresses.map { "IP:\($0)" }.joined(separator: ",")
        try directory.write(names.isEmpty ? "" : "subjectAltName=\(names)\n", to: "\(name).ext")
        try directory.shell(
            """
            openssl req -newkey rsa:2048 -nodes -subj '/CN=\(name)' -keyout \(name).key -out \(name).csr
            openssl x509 -req -in \(name).csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile \(name).ext \
                -out \(name).pem
            """
        )
        return (directory.path("\(name).pem"), directory.path("\(name).key"))
    }
}
