import SystemIO

/// Percent-encoding (RFC 3986, section 2.1) of the bytes of a string, usually UTF-8.
package enum PercentEncoding {
    /// Encodes all characters but the unreserved ones of section 2.3.
    package static func encode(_ text: String) -> String {
        text.nativeBytes
            .map { byte in
                switch byte {
                case _ where byte.isAlphanumeric, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                    UInt8(ascii: "~"):
                    String(UnicodeScalar(byte))
                default:
                    "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
                }
            }
            .joined()
    }

    /// Decodes each `%` followed by two hexadecimal digits; any other is literal. `+` is not decoded to a space.
    static func decode(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = String(text).nativeBytes[...]
        while let byte = rest.popFirst() {
            let pair = rest.prefix(2)
            if byte == UInt8(ascii: "%"), pair.count == 2, pair.allSatisfy({ $0 != UInt8(ascii: "+") }),
                let code = UInt8(String(decoding: pair, as: UTF8.self), radix: 16)
            {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(nativeBytes: bytes)
    }

    private static let digits = Array("0123456789ABCDEF")
}
