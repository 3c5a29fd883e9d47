import FoundationEssentials

/// A deduplicated collection of certificates.
///
/// libcurl rejects a bundle if it cannot read one of the certificates. Therefore only well-formed certificates are
/// kept, as in Go: surrounding text, keys and corrupt certificates are skipped.
struct PEMCertificates: Equatable {
    private var certificates: [Data] = []
    private var known: Set<Data> = []

    var isEmpty: Bool { certificates.isEmpty }

    /// Adds the certificates of a PEM file (RFC 7468), or the one certificate of a DER file.
    mutating func add(_ bytes: [UInt8]) {
        if Self.isCertificate(bytes) {
            add(Data(bytes))
            return
        }
        // Bytes rather than strings, for speed: a system's bundle has about ten thousand lines.
        var body: Data?
        for line in bytes.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            let text = line.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
            if text == Self.beginning {
                body = Data()
            } else if text == Self.end {
                if let data = body.flatMap({ Data(base64Encoded: $0) }), Self.isCertificate(Array(data)) { add(data) }
                body = nil
            } else {
                body?.append(contentsOf: text)
            }
        }
    }

    private static let beginning = Array("-----BEGINCERTIFICATE-----".utf8)
    private static let end = Array("-----ENDCERTIFICATE-----".utf8)

    /// Adds the certificates of another collection.
    mutating func add(_ others: PEMCertificates) {
        for certificate in others.certificates { add(certificate) }
    }

    /// All certificates as PEM.
    var text: [UInt8] {
        var text: [UInt8] = []
        for certificate in certificates {
            text += "-----BEGIN CERTIFICATE-----\n".utf8
            let digits = Array(certificate.base64EncodedString().utf8)
            for start in stride(from: 0, to: digits.count, by: 64) {
                text += digits[start..<min(start + 64, digits.count)]
                text.append(UInt8(ascii: "\n"))
            }
            text += "-----END CERTIFICATE-----\n".utf8
        }
        return text
    }

    private mutating func add(_ certificate: Data) {
        if known.insert(certificate).inserted { certificates.append(certificate) }
    }

    /// Whether the bytes are one DER sequence (X.690, section 8.1) in the long form of the length, as every certificate
    /// is.
    private static func isCertificate(_ bytes: [UInt8]) -> Bool {
        guard bytes.count > 4, bytes[0] == 0x30, bytes[1] & 0x80 != 0 else { return false }
        let count = Int(bytes[1] & 0x7F)
        guard (1...3).contains(count) else { return false }
        let length = bytes[2..<2 + count].reduce(0) { $0 << 8 | Int($1) }
        return bytes.count == 2 + count + length
    }
}
