import OCI

/// The receiver's check of AWS Signature Version 4 ("Create a signed AWS API request").
public enum SignedRequest {
    /// Whether a request has a valid signature of a key.
    public static func isSigned(
        _ request: LoopbackRequest,
        keyID: String,
        secret: String,
        region: String,
        service: String
    ) -> Bool {
        let prefix = "AWS4-HMAC-SHA256 "
        guard let field = request.headers["Authorization"], field.hasPrefix(prefix),
            let time = request.headers["X-Amz-Date"]
        else { return false }
        let pairs = field.dropFirst(prefix.count).split(separator: ",")
            .map { $0.drop { $0 == " " }.split(separator: "=", maxSplits: 1).map(String.init) }
        let parts = Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) }) { $1 }
        let scope = [String(time.prefix(8)), region, service, "aws4_request"]
        guard parts["Credential"] == ([keyID] + scope).joined(separator: "/"), let names = parts["SignedHeaders"]
        else { return false }
        let signed = names.split(separator: ";").map(String.init)
        let mustBe = request.headers.entries.map { $0.name.lowercased() }
            .filter { $0 == "host" || $0.hasPrefix("x-amz-") }
        guard signed == signed.sorted(), mustBe.allSatisfy(signed.contains) else { return false }
        var lines = [request.method, request.path, ""]
        for name in signed {
            // A signed field that was not sent changes the text to sign.
            guard let value = request.headers[name] else { return false }
            lines.append("\(name):\(value)")
        }
        lines += ["", names, hex(hash(request.body))]
        let text = ["AWS4-HMAC-SHA256", time, scope.joined(separator: "/"), hex(hash(bytes(lines)))]
        let key = scope.reduce(Array("AWS4\(secret)".utf8)) { code(Array($1.utf8), key: $0) }
        return parts["Signature"] == hex(code(bytes(text), key: key))
    }

    private static func bytes(_ lines: [String]) -> [UInt8] { Array(lines.joined(separator: "\n").utf8) }

    private static func hash(_ bytes: [UInt8]) -> [UInt8] {
        let digits = Array(ContentHash.digest(of: bytes).hex)
        return stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0..<$0 + 2]), radix: 16) }
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// HMAC (RFC 2104) with SHA-256.
    private static func code(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        let short = key.count > 64 ? hash(key) : key
        let block = short + [UInt8](repeating: 0, count: 64 - short.count)
        return hash(block.map { $0 ^ 0x5C } + hash(block.map { $0 ^ 0x36 } + message))
    }
}
