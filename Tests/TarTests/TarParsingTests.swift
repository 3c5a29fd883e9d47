import SystemIO
import Tar
import Testing

@Suite(.timeLimit(.minutes(5))) struct TarParsingTests {
    private static let valid = TarHeader(name: "name", size: 3, modificationTime: 7)

    @Test(arguments: [
        ("a letter in the size", 124, "0000000000x", TarError.Reason.number(field: "size")),
        ("an eight", 124, "00000000008", .number(field: "size")),
        ("digits after the end of a number", 124, "7\u{0}7", .number(field: "size")),
        ("a mode beyond 32 bits", 100, "\u{80}\0\0\u{1}\0\0\0\0", .number(field: "mode")),
        (
            "a negative size", 124, "\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}",
            .negativeSize
        ),
        ("beyond 64 bits", 124, "\u{80}\0\u{1}\0\0\0\0\0\0\0\0\0", .number(field: "size")),
        ("the largest number", 124, "\u{80}\0\0\0\u{7F}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}", .sizeOverflow),
        ("GNU's old sparse files", 156, "S", .sparse(name: "name")),
    ])
    func fieldsThatCannotBeAreRefused(why: String, at offset: Int, latin1: String, reason: TarError.Reason) throws {
        let archive = try Self.sealed(Self.patched(offset, latin1))
        #expect(throws: TarError(reason, at: 0), "\(why)") { try entries(of: archive) }
    }

    @Test(arguments: [
        ("spaces in front, as v7 wrote", 124, "        12 \u{0}", Int64(10)),
        ("no end", 124, "000000000012", 10),
        ("nothing at all", 124, "\0\0\0\0\0\0\0\0\0\0\0\0", 0),
        ("base-256", 124, "\u{80}\0\0\0\0\0\0\u{2}\0\0\0\0", 8 << 30),
    ])
    func numbersAreReadInAllTheirForms(why: String, at offset: Int, latin1: String, size: Int64) throws {
        var parser = TarHeaderParser()
        let block = try Self.sealed(Self.patched(offset, latin1))
        guard case .entry(let header, 512) = try block.withUnsafeBytes({ try parser.consume($0) }) else {
            Issue.record("\(why)")
            return
        }
        #expect(header.size == size, "\(why)")
        #expect(parser.offset == 512 + size + Int64(header.padding))
    }

    @Test func negativeTimesAreReadFromBase256() throws {
        let block = try Self.sealed(Self.patched(136, String(repeating: "\u{FF}", count: 12)))
        #expect(try entries(of: block + [UInt8](repeating: 0, count: 512)).first?.header.modificationTime == -1)
    }

    @Test func checksumsMayBeSumsOfSignedBytes() throws {
        var block = Self.patched(0, "n\u{FF}me")
        let sum = block.enumerated()
            .reduce(0) { sum, byte in
                sum + (148..<156 ~= byte.offset ? 32 : Int(Int8(bitPattern: byte.element)))
            }
        block.replaceSubrange(
            148..<156,
            with: Array(String(sum, radix: 8).utf8) + [0, 32, 0, 0, 0].prefix(8 - String(sum, radix: 8).utf8.count)
        )
        #expect(try entries(of: block + [UInt8](repeating: 0, count: 512)).count == 1)
    }

    @Test func everyChangedBitOfAHeaderIsNoticed() throws {
        let archive = try Self.valid.encoded() + [UInt8](repeating: 0, count: 512)
        for bit in 0..<(512 * 8) {
            var damaged = archive
            damaged[bit / 8] ^= 1 << (bit % 8)
            // The checksum's own digits have several spellings, which say the same.
            if 148..<156 ~= bit / 8, (try? entries(of: damaged).map(\.header)) == [Self.valid] { continue }
            #expect(throws: TarError.self, "bit \(bit)") { try entries(of: damaged) }
        }
    }

    @Test func truncationIsNoticedEverywhereButBetweenEntries() throws {
        let name = String(repeating: "n", count: 200)
        let entry = try TarHeader(name: name, size: 3).encoded() + Array("abc".utf8) + [UInt8](repeating: 0, count: 509)
        let archive = entry + entry + TarHeader.endOfArchive
        for length in 0..<archive.count {
            let cut = Array(archive[..<length])
            if length == 0 || length == entry.count || length % 512 == 0 && length >= 2 * entry.count {
                #expect(try entries(of: cut).count == min(2, length / entry.count))
            } else {
                #expect(throws: TarError(.truncated, at: Int64(length)), "\(length)") { try entries(of: cut) }
            }
        }
    }

    @Test(arguments: [
        ("no length", "path=x\n"),
        ("too long", "99 path=x\n"),
        ("too short", "5 path=x\n"),
        ("nothing in it", "2 \n"),
        ("no newline", "9 path=x?"),
        ("no key", "5 =x\n"),
        ("no equals sign", "9 path x\n"),
        ("a sign", "+10 path=x\n"),
        ("beyond 64 bits", "99999999999999999999 path=x\n"),
    ])
    func recordsThatAreNoneAreRefused(why: String, records: String) throws {
        let archive = try Self.extended(records)
        #expect(throws: TarError(.malformedRecords, at: 512), "\(why)") { try entries(of: archive) }
    }

    @Test(arguments: [
        ("14 size=12e45\n", TarError.Reason.number(field: "size")),
        ("13 size=-512\n", .negativeSize),
        ("28 size=9223372036854775807\n", .sizeOverflow),
        ("28 size=9223372036854775808\n", .number(field: "size")),
        ("11 size=+5\n", .number(field: "size")),
        ("13 mtime=1.x\n", .number(field: "modification time")),
        ("22 GNU.sparse.major=1\n", .sparse(name: "name")),
    ])
    func recordsWithValuesThatCannotBeAreRefused(records: String, reason: TarError.Reason) throws {
        let archive = try Self.extended(records)
        #expect(throws: TarError(reason, at: 1024)) { try entries(of: archive) }
    }

    @Test(arguments: [
        ("19 mtime=12.999999\n", Int64(12)), ("14 mtime=-1.5\n", -2), ("12 mtime=-1\n", -1), ("9 mtime=\n", 7),
    ])
    func timesAreRoundedDown(records: String, time: Int64) throws {
        #expect(
            try entries(of: try Self.extended(records) + [0, 0, 0] + TarHeader.endOfArchive.dropLast(515)).first?.header
                .modificationTime == time
        )
    }

    @Test func extendedHeadersAreBounded() throws {
        let limit = TarHeaderParser.extensionLimit
        for flag in "xgLK" {
            let large = try TarHeader(name: "long", kind: .other(try #require(flag.asciiValue)), size: limit + 1)
                .encoded()
            #expect(throws: TarError(.oversizedExtension(size: limit + 1), at: 0)) { try entries(of: large) }
        }
    }

    @Test func aSingleBlockOfZerosIsNoEnd() throws {
        let header = try TarHeader(name: "a").encoded()
        let archive = header + [UInt8](repeating: 0, count: 512) + header
        #expect(throws: TarError(.loneZeroBlock, at: 512)) { try entries(of: archive) }
    }

    @Test func whatFollowsTheEndIsNotRead() throws {
        let archive = try TarHeader(name: "a").encoded() + TarHeader.endOfArchive + Array("anything".utf8)
        #expect(try entries(of: archive).count == 1)
    }

    @Test func linksHaveNoContentWhateverTheirSize() throws {
        let link = try TarHeader(name: "a", kind: .hardLink, size: 700, linkName: "b").encoded()
        let archive = link + (try TarHeader(name: "c").encoded())
        #expect(try entries(of: archive).map(\.header.name) == ["a", "c"])
    }

    @Test func contentThatEndsTooSoonIsAnError() throws {
        let reader = TarReader(MemorySource(try Self.valid.encoded() + [1, 2]), at: 1000)
        #expect(try reader.next()?.dataOffset == 1512)
        #expect(throws: TarError(.truncated, at: 1514)) { try reader.readBytes(3) }
        #expect(TarError(.truncated, at: 1514).description.contains("byte 1514"))
    }
}

extension TarParsingTests {
    /// The valid header with some of its bytes changed, which `latin1` has as characters; its checksum is wrong then.
    private static func patched(_ offset: Int, _ latin1: String) -> [UInt8] {
        var block = (try? valid.encoded()) ?? []
        for (index, scalar) in latin1.unicodeScalars.enumerated() { block[offset + index] = UInt8(scalar.value) }
        return block
    }

    private static func sealed(_ block: [UInt8]) throws -> [UInt8] {
        var block = block
        block.replaceSubrange(148..<156, with: repeatElement(32, count: 8))
        let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
        block.replaceSubrange(
            148..<156,
            with: Array((String(repeating: "0", count: 6 - sum.count) + sum).utf8) + [0, 32]
        )
        return block
    }

    /// The valid header after an extended header.
    private static func extended(_ records: String) throws -> [UInt8] {
        let content = Array(records.utf8)
        let header = TarHeader(name: "x", kind: .other(UInt8(ascii: "x")), size: Int64(content.count))
        return try header.encoded() + content + [UInt8](repeating: 0, count: header.padding) + valid.encoded()
    }
}
