import Compression
import SystemIO
import TestSupport
import Testing

/// A way to compress, by the tool that people use.
struct Tool: CustomTestStringConvertible, Sendable {
    let command: String
    let format: CompressionFormat
    var testDescription: String { command }

    static let all = [
        Tool(command: "gzip", format: .gzip),
        Tool(command: "gzip -1", format: .gzip),
        Tool(command: "gzip -9 --name", format: .gzip),
        Tool(command: "pigz -p 2 -b 128", format: .gzip),
        Tool(command: "pigz --independent", format: .gzip),
        Tool(command: "bzip2", format: .bzip2),
        Tool(command: "bzip2 -1", format: .bzip2),
        Tool(command: "xz -2", format: .xz),
        Tool(command: "xz -2 --check=none", format: .xz),
        Tool(command: "xz -0 -T2 --block-size=100000", format: .xz),
        Tool(command: "zstd", format: .zstd),
        Tool(command: "zstd -19 --long=27", format: .zstd),
        Tool(command: "zstd --no-check", format: .zstd),
        Tool(command: "cat", format: .none),
    ]

    /// One of each format, that checks its content.
    static let checking = all.filter { ["gzip", "bzip2", "xz -2", "zstd"].contains($0.command) }

    /// The bytes as the tool packs them.
    func pack(_ bytes: [UInt8]) throws -> [UInt8] {
        let directory = try TemporaryDirectory()
        try directory.write(bytes, to: "file")
        return try directory.shell("\(command) <file")
    }
}

@Suite(.timeLimit(.minutes(5))) struct DecompressorTests {
    @Test(arguments: Tool.all, [0, 1, 1_500_000])
    func whatTheToolPacksIsUnpacked(tool: Tool, count: Int) throws {
        let bytes = sample(count)
        let packed = try tool.pack(bytes)
        let decompressor = try Decompressor(MemorySource(packed))
        #expect(decompressor.format == tool.format)
        #expect(try content(of: decompressor) == bytes)
        #expect(try decompressor.readBytes(1) == [], "the end stays the end")
    }

    @Test(arguments: Tool.all)
    func piecesOfAnySizeAreEnough(tool: Tool) throws {
        let bytes = sample(3000)
        let packed = try tool.pack(bytes)
        for (input, output) in [(1, 1), (1, 4096), (7, 13), (4096, 1)] {
            let decompressor = try Decompressor(Trickle(packed + packed, limit: input))
            #expect(try content(of: decompressor, pieces: output) == bytes + bytes, "\(input) \(output)")
        }
    }

    @Test(arguments: Tool.checking)
    func truncationIsAlwaysNoticed(tool: Tool) throws {
        let packed = try tool.pack(sample(2000))
        for length in 0..<packed.count {
            let error = #expect(throws: CompressionError.self, "\(length) of \(packed.count)") {
                try unpacked(Array(packed[..<length]), format: tool.format)
            }
            #expect(error?.reason == .truncated, "\(length)")
            #expect(error?.offset == Int64(length))
        }
    }

    @Test(arguments: Tool.checking)
    func truncationOfTheSecondMemberIsNoticed(tool: Tool) throws {
        let packed = try tool.pack(sample(100))
        // Bytes that do not make a magic number count as garbage in gzip and bzip2, as they do for the tools.
        let shortest = [.gzip: 2, .bzip2: 3][tool.format] ?? 1
        for length in shortest..<packed.count {
            #expect(throws: CompressionError.self, "\(length) of \(packed.count)") {
                try unpacked(packed + packed[..<length])
            }
        }
    }

    @Test(arguments: Tool.checking)
    func aChangedBitIsNoticedOrHarmless(tool: Tool) throws {
        let bytes = sample(300)
        let packed = try tool.pack(bytes)
        var noticed = 0
        for bit in 0..<(packed.count * 8) {
            var damaged = packed
            damaged[bit / 8] ^= 1 << (bit % 8)
            // Some bits mean nothing, such as the time in gzip's header.
            let result = Result { try unpacked(damaged, format: tool.format) }
            if case .success(bytes) = result { continue }
            noticed += 1
            #expect(throws: CompressionError.self, "bit \(bit)") { try result.get() }
        }
        #expect(noticed >= (packed.count - 10) * 8, "all but a header without a checksum")
    }

    @Test(arguments: [
        ("gzip", "zeros are padding", [0, 0, 0]),
        ("gzip", "garbage", Array("x".utf8)),
        ("gzip", "half a magic number", [0x1F]),
        ("gzip", "garbage behind padding", [0, 0, 0x1F, 0x8B]),
        ("bzip2", "garbage", Array("BZ".utf8)),
        ("bzip2", "zeros too", [0]),
        ("xz -2", "padding", [0, 0, 0, 0]),
        ("zstd", "a skippable frame", [0x50, 0x2A, 0x4D, 0x18, 1, 0, 0, 0, 9]),
    ])
    func whatFollowsTheDataIsIgnoredAsTheToolDoes(command: String, why: String, rest: [UInt8]) throws {
        let bytes = sample(1000)
        let packed = try #require(Tool.all.first { $0.command == command }).pack(bytes)
        for limit in [1, 100_000] {
            let decompressor = try Decompressor(Trickle(packed + rest, limit: limit))
            #expect(try content(of: decompressor) == bytes, "\(why)")
        }
    }

    @Test(arguments: ["xz -2", "zstd"])
    func whatFollowsTheDataIsAnErrorWhereItIsForTheTool(command: String) throws {
        let packed = try #require(Tool.all.first { $0.command == command }).pack(sample(1000))
        #expect(throws: CompressionError.self) { try unpacked(packed + Array("garbage!".utf8)) }
    }

    @Test func memoryIsBounded() throws {
        // A frame that asks for a window of 256 MiB (RFC 8878, section 3.1.1.1.2), twice the default limit of zstd.
        let zstd: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, (28 - 10) << 3, 0, 0, 0]
        // A block that asks for a dictionary of 4 GiB (.xz file format, section 5.3.1).
        var xz = try Tool(command: "xz -2", format: .xz).pack(sample(1000))
        xz[16] = 40
        let crc = xz[12..<20].withUnsafeBytes { GzipChecksum(of: $0).crc }
        xz.replaceSubrange(20..<24, with: withUnsafeBytes(of: crc.littleEndian, Array.init))
        for packed in [zstd, xz] {
            let error = #expect(throws: CompressionError.self) { try unpacked(packed) }
            #expect(error?.reason == .memoryLimit)
            #expect(error?.description.contains("needs more memory") == true)
        }
    }

    @Test func dataOfAnotherFormatIsAnError() throws {
        let bytes = sample(1000)
        for format in [CompressionFormat.gzip, .bzip2, .xz, .zstd] {
            let error = #expect(throws: CompressionError.self) { try unpacked(bytes, format: format) }
            guard case .corrupted = error?.reason else {
                Issue.record("\(format): \(String(describing: error))")
                continue
            }
        }
    }

    @Test func skippingIsTheSameAsReading() throws {
        let bytes = sample(100_000)
        for tool in Tool.all {
            let decompressor = try Decompressor(MemorySource(try tool.pack(bytes)))
            #expect(try decompressor.readBytes(3) == Array(bytes[..<3]))
            #expect(try decompressor.skip(50_000) == 50_000)
            #expect(try decompressor.readBytes(3) == Array(bytes[50_003..<50_006]), "\(tool.command)")
            #expect(try decompressor.skip(.max) == 49_994)
        }
    }
}
