import Tar
import Testing

@Suite(.timeLimit(.minutes(5))) struct TarEncodingTests {
    /// Docker 29 and containerd: what Go's `archive/tar` puts before an entry of 8 GiB.
    @Test func eightGibibytesNeedARecord() throws {
        let bytes = try TarHeader(name: "blobs/sha256/abc", size: 8 << 30).encoded()
        #expect(bytes.count == 3 * 512)
        #expect(text(bytes, 0..<100) == "blobs/sha256/PaxHeaders.0/abc")
        #expect(text(bytes, 100..<148) == "0000000\00000000\00000000\000000000023\000000000000\0")
        #expect(bytes[156] == UInt8(ascii: "x"))
        #expect(Array(bytes[257..<265]) == Array("ustar\u{0}00".utf8))
        #expect(bytes[265..<512].allSatisfy { $0 == 0 }, "neither names nor device numbers")
        #expect(text(bytes, 512..<1024) == "19 size=8589934592\n")
        #expect(text(bytes, 1024 + 124..<1024 + 136) == "00000000000\0")
        #expect(try TarHeader(name: "blobs/sha256/abc", size: 8 << 30 - 1).encoded().count == 512)
    }

    @Test(arguments: [
        ("just fits", String(repeating: "a", count: 100), 1),
        ("no slash to split at", String(repeating: "a", count: 101), 3),
        ("splits", String(repeating: "a", count: 155) + "/" + String(repeating: "b", count: 100), 1),
        ("prefix too long", String(repeating: "a", count: 156) + "/" + String(repeating: "b", count: 100), 3),
        ("name too long", String(repeating: "a", count: 50) + "/" + String(repeating: "b", count: 101), 3),
        ("the last slash is no place to split", String(repeating: "a", count: 110) + "/", 3),
        ("a slash at the start leaves no prefix", "/" + String(repeating: "a", count: 100), 3),
        ("not ASCII", "ä", 3),
        ("records over one block", String(repeating: "a", count: 600), 4),
    ])
    func namesTakeTheFormGoGivesThem(reason: String, name: String, blocks: Int) throws {
        #expect(try TarHeader(name: name).encoded().count == blocks * 512, "\(reason)")
    }

    @Test(arguments: [
        ("a", "PaxHeaders.0/a"),
        ("a/b/", "a/b/PaxHeaders.0"),
        ("/a", "/PaxHeaders.0/a"),
        ("./a//b/../c", "a/PaxHeaders.0/c"),
        ("../a", "../PaxHeaders.0/a"),
    ])
    func extendedHeadersAreNamedAfterTheirEntry(name: String, expected: String) throws {
        #expect(text(try TarHeader(name: name, size: 8 << 30).encoded(), 0..<100) == expected)
    }

    @Test func recordsCountTheirOwnLength() throws {
        // 2 digits are enough for 99 bytes, and a hundredth byte needs a third: there is no record of 100 bytes.
        for (length, stated) in [(91, "99"), (92, "101")] {
            let bytes = try TarHeader(name: "x", linkName: String(repeating: "ü", count: 1) + fill(length)).encoded()
            #expect(text(bytes, 512..<1024).hasPrefix(stated + " linkpath="), "\(length)")
        }
        func fill(_ length: Int) -> String { String(repeating: "l", count: length - 7) }
    }

    @Test(arguments: [
        (TarHeader(name: "a", size: -1), "size"),
        (TarHeader(name: "a", mode: 0o10_000_000), "mode"),
        (TarHeader(name: "a", linkName: "b\0c"), "link name"),
        (TarHeader(name: "a", userName: "\0"), "user name"),
    ])
    func whatNoHeaderHoldsIsRefused(header: TarHeader, field: String) {
        let error = #expect(throws: TarEncodingError.self) { try header.encoded() }
        #expect(error?.description == "no tar header can hold the \(field) of a")
    }

    @Test func paddingFillsTheBlock() {
        #expect([0, 1, 511, 512, 513].map { TarHeader.padding(after: $0) } == [0, 511, 1, 0, 511])
        #expect(TarHeader.padding(after: .max) == 1)
    }

    /// A field's text, NULs at its end left out.
    private func text(_ bytes: [UInt8], _ field: Range<Int>) -> String {
        let isFixed = field.count == 48 || field.count == 12
        let bytes = bytes[field]
        return String(decoding: isFixed ? bytes : bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
