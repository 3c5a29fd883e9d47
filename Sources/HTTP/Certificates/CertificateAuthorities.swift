import CCurl
import Glibc
import Synchronization
import SystemIO

/// The authorities whose signatures on certificates are believed.
package struct CertificateAuthorities: Sendable, Hashable {
    /// A file of PEM certificates for libcurl; `nil` for the one it was built with.
    let file: String?
    private let gathered: GatheredCertificates?

    /// All certificates as PEM, in place of the file; `nil` where that is enough. The first call reads the directories.
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

    /// As Go's `crypto/x509` chooses: `SSL_CERT_FILE` and `SSL_CERT_DIR` where they are set. Otherwise the file is libcurl's
    /// own, or, where that is missing because libcurl was built for another system, the first of ``usualFiles`` that is there.
    ///
    /// All files of the directories in `SSL_CERT_DIR` count, whatever they are called; libcurl would read those that are named by
    /// their hash.
    package init(environment: [String: String]) {
        self.init(environment: environment, builtIn: Self.builtInFile) { access($0.nativeCString, R_OK) == 0 }
    }

    init(environment: [String: String], builtIn: String?, exists: (String) -> Bool) {
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
            // Go passes over what it cannot read there.
            for name in (try? Directory.names(in: directory)) ?? [] {
                if let bytes = try? read("\(directory)/\(name)") { certificates.add(bytes) }
            }
        }
        return certificates
    }

    /// These authorities and those whose certificates are in a file, as PEM or DER.
    ///
    /// - Parameter mayBeEmpty: whether a file without a certificate is passed over.
    /// - Throws: `HTTPError` where the file cannot be read or has no certificate.
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

    /// The certificates of a file, or of libcurl's own, and others.
    ///
    /// - Throws: where the file cannot be read.
    private static func text(of file: String?, and certificates: PEMCertificates) throws(HTTPError) -> [UInt8] {
        var all = PEMCertificates()
        if let path = file ?? builtInFile {
            do {
                all.add(try read(path))
            } catch let error as FileError where error.code == ENOENT && file == nil {
                // A host without any certificates.
            } catch {
                throw HTTPError(.tls, "the certificates of authorities cannot be read: \(error)")
            }
        }
        all.add(certificates)
        return all.text
    }

    /// Far more than all the authorities of the world need.
    private static let sizeLimit = 16 << 20

    private static func read(_ path: String) throws -> [UInt8] {
        try File.content(ofRegular: path, limit: sizeLimit)
    }

    /// Where distributions keep the file.
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

/// Certificates that are read once, when a connection wants them: a system has some hundred files of them.
private final class GatheredCertificates: Sendable {
    private let gather: @Sendable () -> [UInt8]?
    private let known = Mutex<[UInt8]??>(nil)

    init(_ gather: @escaping @Sendable () -> [UInt8]?) { self.gather = gather }

    /// As PEM; `nil` where there are none.
    var text: [UInt8]? {
        known.withLock { known in
            if let known { return known }
            let text = gather()
            known = .some(text)
            return text
        }
    }
}
