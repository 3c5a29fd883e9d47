import SystemIO

/// A content digest: `algorithm:hex` (OCI image-spec, descriptor.md, "Digests").
///
/// Accepted are `sha256` with 64 and `sha512` with 128 lowercase hexadecimal digits.
public struct Digest: Hashable, Sendable, CustomStringConvertible {
    /// The algorithm of a digest.
    public enum Algorithm: String, Sendable {
        /// SHA-256, 64 hexadecimal digits; used by every registry.
        case sha256
        /// SHA-512, 128 hexadecimal digits.
        case sha512

        var digitCount: Int {
            switch self {
            case .sha256: 64
            case .sha512: 128
            }
        }
    }

    package let algorithm: Algorithm
    /// Lowercase hexadecimal digits.
    package let hex: String

    /// Parses `algorithm:hex`.
    ///
    /// - Returns: `nil` if the algorithm is unknown, or the number or case of the digits is wrong.
    package init?(_ text: String) {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")),
            let algorithm = Algorithm(rawValue: String(text[..<colon]))
        else { return nil }
        let digits = text[text.index(after: colon)...]
        guard digits.utf8.count == algorithm.digitCount, digits.utf8.allSatisfy(\.isLowerHexDigit) else { return nil }
        self.algorithm = algorithm
        self.hex = String(digits)
    }

    /// A digest of a hash.
    ///
    /// - Precondition: `bytes` has the length of the algorithm's hashes.
    public init(_ algorithm: Algorithm, bytes: [UInt8]) {
        precondition(bytes.count * 2 == algorithm.digitCount, "wrong number of bytes for \(algorithm)")
        self.algorithm = algorithm
        self.hex = Self.hexadecimal(bytes)
    }

    /// `algorithm:hex`.
    public var description: String { "\(algorithm.rawValue):\(hex)" }

    /// The first 12 digits, as docker prints a layer.
    package var short: String { String(hex.prefix(12)) }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension Digest: Codable {
    /// Decodes a string.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let digest = Digest(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is not a digest")
        }
        self = digest
    }

    /// Encodes a string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
