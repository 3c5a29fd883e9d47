import Basics
import CCurl
import Glibc

/// Where the certificates of the authorities are whose signatures are believed.
package struct CertificateAuthorities: Sendable, Hashable {
    /// A file of PEM certificates; `nil` for the one libcurl was built with.
    package let file: String?

    /// Folders of certificates named by hash, parted by colons; `nil` for the one libcurl was built with.
    package let folders: String?

    /// As Go's `crypto/x509` chooses: `SSL_CERT_FILE` and `SSL_CERT_DIR` where they are set. Otherwise it is libcurl's
    /// own choice, or, where that file is missing because libcurl was built for another system, the first of
    /// ``usualFiles`` that is there.
    package init(environment: [String: String]) {
        self.init(environment: environment, builtIn: Self.builtInFile) { access($0.nativeCString, R_OK) == 0 }
    }

    init(environment: [String: String], builtIn: String?, exists: (String) -> Bool) {
        folders = Self.value("SSL_CERT_DIR", environment)
        if let named = Self.value("SSL_CERT_FILE", environment) {
            file = named
        } else if let builtIn, exists(builtIn) {
            file = nil
        } else {
            file = Self.usualFiles.first(where: exists)
        }
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

    private static func value(_ name: String, _ environment: [String: String]) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
