import OCI
import Testing

/// Test vectors of FIPS 180-4 (NIST, "Examples with Intermediate Values").
@Suite(.timeLimit(.minutes(5))) struct ContentHashTests {
    static let rows: [(Digest.Algorithm, String, String)] = [
        (.sha256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (.sha256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            .sha256, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            .sha512, "abc",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        ),
    ]

    @Test(arguments: rows)
    func knownDigests(algorithm: Digest.Algorithm, text: String, hex: String) {
        let digest = ContentHash.digest(of: Array(text.utf8), algorithm)
        #expect(digest.description == "\(algorithm):\(hex)")
    }

    @Test(arguments: [1, 2, 55, 1000])
    func piecesHaveTheDigestOfTheirConcatenation(size: Int) {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
        let hash = ContentHash()
        for start in stride(from: 0, to: bytes.count, by: size) {
            bytes[start..<min(start + size, bytes.count)].withUnsafeBytes(hash.update)
        }
        #expect(hash.finish() == ContentHash.digest(of: bytes))
    }

    @Test func finishedHashesStartOver() {
        let hash = ContentHash()
        Array("abc".utf8).withUnsafeBytes(hash.update)
        let first = hash.finish()
        Array("abc".utf8).withUnsafeBytes(hash.update)
        #expect(hash.finish() == first)
        Array("x".utf8).withUnsafeBytes(hash.update)
        hash.start()
        Array("abc".utf8).withUnsafeBytes(hash.update)
        #expect(hash.finish() == first)
    }
}
