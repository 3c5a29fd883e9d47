import CCrypto

/// An incremental hash, by libcrypto's EVP interface. One thread at a time uses it.
package final class ContentHash {
    private let algorithm: Digest.Algorithm
    private let context: OpaquePointer

    package init(_ algorithm: Digest.Algorithm = .sha256) {
        guard let context = EVP_MD_CTX_new() else { fatalError("no memory for a hash") }
        self.algorithm = algorithm
        self.context = context
        start()
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    /// Adds bytes.
    package func update(_ bytes: UnsafeRawBufferPointer) {
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// Returns the digest of all bytes added, and starts over.
    package func finish() -> Digest {
        let bytes = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(EVP_MAX_MD_SIZE)) { buffer in
            var length: UInt32 = 0
            EVP_DigestFinal_ex(context, buffer.baseAddress, &length)
            return Array(buffer.prefix(Int(length)))
        }
        start()
        return Digest(algorithm, bytes: bytes)
    }

    /// Discards all bytes added.
    package func start() {
        let kind =
            switch algorithm {
            case .sha256: EVP_sha256()
            case .sha512: EVP_sha512()
            }
        // Fails only if the library was built without the algorithm: nothing can be verified then.
        guard EVP_DigestInit_ex(context, kind, nil) == 1 else { fatalError("libcrypto offers no \(algorithm)") }
    }
}

extension ContentHash {
    /// Returns the digest of `bytes`.
    package static func digest(of bytes: [UInt8], _ algorithm: Digest.Algorithm = .sha256) -> Digest {
        let hash = ContentHash(algorithm)
        bytes.withUnsafeBytes(hash.update)
        return hash.finish()
    }
}

extension ContentHash {
    /// The version of the loaded OpenSSL, such as `3.0.17`.
    package static var libraryVersion: String { String(cString: OpenSSL_version(OPENSSL_VERSION_STRING)) }
}
