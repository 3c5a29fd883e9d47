import FoundationEssentials
import OCI
import Testing

@Suite(.timeLimit(.minutes(5))) struct DigestTests {
    static let hex = String(repeating: "0123456789abcdef", count: 4)

    @Test(
        arguments: [
            ("sha256 with its 64 digits", "sha256:\(hex)", true),
            ("sha512 with its 128", "sha512:\(hex)\(hex)", true),
            ("a digit missing", "sha256:\(hex.dropLast())", false),
            ("a digit more", "sha256:\(hex)0", false),
            ("the length of the other algorithm", "sha512:\(hex)", false),
            ("upper case", "sha256:\(hex.uppercased())", false),
            ("no hexadecimal digit", "sha256:\(hex.dropLast())g", false),
            ("no digit of ASCII", "sha256:\(hex.dropLast())٣", false),
            ("an algorithm nobody uses", "sha384:\(hex)", false),
            ("the algorithm in upper case", "SHA256:\(hex)", false),
            ("no algorithm", hex, false),
            ("nothing before the colon", ":\(hex)", false),
            ("two colons", "sha256::\(hex)", false),
            ("a blank before", " sha256:\(hex)", false),
            ("nothing", "", false),
        ]
    )
    func text(reason: String, text: String, isDigest: Bool) {
        let digest = Digest(text)
        #expect((digest != nil) == isDigest)
        if let digest { #expect(digest.description == text) }
    }

    @Test func bytesBecomeDigits() {
        let digest = Digest(.sha256, bytes: [0, 1, 0xfe, 0xff] + [UInt8](repeating: 0x5a, count: 28))
        #expect(digest.hex == "0001feff" + String(repeating: "5a", count: 28))
        #expect(digest.short == "0001feff5a5a")
    }

    @Test func jsonIsAString() throws {
        let digest = try #require(Digest("sha256:\(Self.hex)"))
        let json = Data("\"\(digest)\"".utf8)
        #expect(try JSONDecoder().decode(Digest.self, from: json) == digest)
        #expect(try JSONEncoder().encode(digest) == json)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Digest.self, from: Data(#""sha256:0a""#.utf8)) }
    }
}
