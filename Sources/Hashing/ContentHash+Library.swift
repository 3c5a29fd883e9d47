import CCrypto

extension ContentHash {
    /// The version of OpenSSL that runs, for instance `3.0.17`.
    package static var libraryVersion: String { String(cString: OpenSSL_version(OPENSSL_VERSION_STRING)) }
}
