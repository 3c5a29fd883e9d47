import FoundationEssentials

/// Certificates, each once, gathered from files as people keep them.
///
/// libcurl refuses a whole bundle for one certificate that it cannot read. So only what looks like a certificate gets in, as
/// Go has it: text around it, keys and damaged ones are passed over.
struct PEMCertificates: Equatable {
    private var certificates: [Data] = []
    private var known: Set<Data> = []

    var isEmpty: Bool { certificates.isEmpty }

    /// Adds the certificates of a file of PEM (RFC 7468), or the one that a file of DER is.
    mutating func add(_ bytes: [UInt8]) {
        if Self.isCertificate(bytes) {
            add(Data(bytes))
            return
        }
        var body: String?
        for line in bytes.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            let text = String(decoding: line, as: UTF8.self).filter { $0 != " " && $0 != "\t" }
            switch text {
            case "-----BEGINCERTIFICATE-----":
                body = ""
            case "-----ENDCERTIFICATE-----":
                if let data = body.flatMap({ Data(base64Encoded: $0) }), Self.isCertificate(Array(data)) { add(data) }
                body = nil
            default:
                body?.append(text)
            }
        }
    }

    /// Adds those of another collection.
    mutating func add(_ others: PEMCertificates) {
        for certificate in others.certificates { add(certificate) }
    }

    /// All of them as PEM.
    var text: [UInt8] {
        certificates.flatMap { certificate in
            let digits = Array(certificate.base64EncodedString().utf8)
            let lines = stride(from: 0, to: digits.count, by: 64)
                .flatMap { digits[$0..<min($0 + 64, digits.count)] + [UInt8(ascii: "\n")] }
            return Array("-----BEGIN CERTIFICATE-----\n".utf8) + lines + Array("-----END CERTIFICATE-----\n".utf8)
        }
    }

    private mutating func add(_ certificate: Data) {
        if known.insert(certificate).inserted { certificates.append(certificate) }
    }

    /// Whether the bytes are one DER sequence (X.690, section 8.1), of a length that takes two bytes or more to tell, as that
    /// of any certificate does.
    private static func isCertificate(_ bytes: [UInt8]) -> Bool {
        guard bytes.count > 4, bytes[0] == 0x30, bytes[1] & 0x80 != 0 else { return false }
        let count = Int(bytes[1] & 0x7F)
        guard (1...3).contains(count) else { return false }
        let length = bytes[2..<2 + count].reduce(0) { $0 << 8 | Int($1) }
        return bytes.count == 2 + count + length
    }
}
