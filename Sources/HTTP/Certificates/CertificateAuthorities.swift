import CCurl
import Glibc
import Synchronization
import SystemIO

/// The certificate authorities (CAs) to trust.
package struct CertificateAuthorities: Sendable, Hashable {
    /// The path of a PEM file for libcurl; `nil` for libcurl's default.
    let file: String?
    private let gathered: GatheredCertificates?

    /// All certificates as PEM, replacing `file`; `nil` if `file` is enough. The first call reads the directories.
    var bundle: [UInt8]? { gathered?.text }

    private init(file: String?, gathered: GatheredCertificates? = nil) {
        self.file = file
        self.gathered = gathered
    }

    package static func == (left: CertificateAuthorities, right: CertificateAuthorities) -> Bool {
        left.file == right.file && left.bundle == right.bundle
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(file)
        hasher.combine(bundle?.count)
    }

    /// Reads `SSL_CERT_FILE` and `SSL_CERT_DIR`, with the defaults of Go's `crypto/x509`.
    ///
    /// Without `SSL_CERT_FILE`, uses libcurl's built-in path. If that file does not exist, because libcurl was built
    /// for another system, uses the first existing file of ``usualFiles``. All files in the directories of
    /// `SSL_CERT_DIR` are read, whatever their names; libcurl would read only those named by hash.
    package init(environment: Environment) {
        self.init(environment: environment, builtIn: Self.builtInFile) { access($0.nativeCString, R_OK) == 0 }
    }

    init(environment: Environment, builtIn: String?, exists: (String) -> Bool) {
        let file: String?
        if let named = environment.value(of: "SSL_CERT_FILE") {
            file = named
        } else if let builtIn, exists(builtIn) {
            file = nil
        } else {
            file = Self.usualFiles.first(where: exists)
        }
        let directories = environment.value(of: "SSL_CERT_DIR")?.split(separator: ":").map(String.init) ?? []
        guard !directories.isEmpty else {
            self.init(file: file)
            return
        }
        self.init(
            file: file,
            gathered: GatheredCertificates {
                let certificates = Self.certificates(in: directories)
                return certificates.isEmpty ? nil : try? Self.text(of: file, and: certificates)
            }
        )
    }

    private static func certificates(in directories: [String]) -> PEMCertificates {
        var certificates = PEMCertificates()
        for directory in directories {
            // Unreadable files are skipped, as in Go.
            for name in (try? Directory.names(in: directory)) ?? [] {
                if let bytes = try? read("\(directory)/\(name)") { certificates.add(bytes) }
            }
        }
        return certificates
    }

    /// Returns these authorities and those in a PEM or DER file.
    ///
    /// - Parameter mayBeEmpty: Whether a file without a certificate is skipped.
    /// - Throws: `HTTPError` if the file is unreadable or contains no certificate.
    package func adding(file path: String, mayBeEmpty: Bool = false) throws(HTTPError) -> CertificateAuthorities {
        var certificates = PEMCertificates()
        do {
            certificates.add(try Self.read(path))
        } catch {
            throw HTTPError(.tls, "no certificate of an authority is taken from \(path): \(error)")
        }
        guard !certificates.isEmpty || mayBeEmpty else {
            throw HTTPError(.tls, "no certificate of an authority is taken from \(path): there is none in it")
        }
        let text: [UInt8]
        if let bundle {
            var all = PEMCertificates()
            all.add(bundle)
            all.add(certificates)
            text = all.text
        } else {
            text = try Self.text(of: file, and: certificates)
        }
        return CertificateAuthorities(file: nil, gathered: GatheredCertificates { text })
    }

    /// Returns the certificates of `file`, or of libcurl's default file, and `certificates`, as PEM.
    ///
    /// - Throws: `HTTPError` if the file is unreadable.
    private static func text(of file: String?, and certificates: PEMCertificates) throws(HTTPError) -> [UInt8] {
        var all = PEMCertificates()
        if let path = file ?? builtInFile {
            do {
                all.add(try read(path))
            } catch let error as FileError where error.code == ENOENT && file == nil {
                // The host has no CA certificates.
            } catch {
                throw HTTPError(.tls, "the certificates of authorities cannot be read: \(error)")
            }
        }
        all.add(certificates)
        return all.text
    }

    /// 16 MiB, about 80 times the size of a system's bundle.
    private static let sizeLimit = 16 << 20

    private static func read(_ path: String) throws -> [UInt8] {
        try File.content(ofRegular: path, limit: sizeLimit)
    }

    /// The paths of the bundle in common distributions.
    static let usualFiles = [
        "/etc/ssl/certs/ca-certificates.crt",  // Debian, Ubuntu, Arch, Alpine
        "/etc/pki/tls/certs/ca-bundle.crt",  // Fedora, RHEL
        "/etc/ssl/ca-bundle.pem",  // SUSE
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // RHEL 7 and later
        "/etc/ssl/cert.pem",  // Alpine
    ]

    private static let builtInFile: String? = {
        guard let handle = curl_easy_init() else { return nil }
        defer { curl_easy_cleanup(handle) }
        var path: UnsafePointer<CChar>?
        guard shim_easy_getinfo_string(handle, CURLINFO_CAINFO, &path) == CURLE_OK, let path else { return nil }
        return String(cString: path)
    }()
}

/// Certificates that are read once, on the first TLS connection: a system has more than a hundred certificate files.
private final class GatheredCertificates: Sendable {
    private let gather: @Sendable () -> [UInt8]?
    private let known = Mutex<[UInt8]??>(nil)

    init(_ gather: @escaping @Sendable () -> [UInt8]?) { self.gather = gather }

    /// The certificates as PEM; `nil` if there are none.
    var text: [UInt8]? {
        known.withLock { known in
            if let known { return known }
            let text = gather()
            known = .some(text)
            return text
        }
    }
}
