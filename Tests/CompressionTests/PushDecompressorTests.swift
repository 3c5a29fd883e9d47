import Compression
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct PushDecompressorTests {
    private struct Stopped: Error {}

    /// Returns the content of `packed`, pushed in pieces.
    private func pushed(_ packed: [UInt8], pieces: Int) throws -> [UInt8] {
        var content: [UInt8] = []
        let decompressor = PushDecompressor { content += $0 }
        for start in stride(from: 0, to: packed.count, by: pieces) {
            try packed[start..<min(start + pieces, packed.count)].withUnsafeBytes(decompressor.append)
        }
        try decompressor.finish()
        return content
    }

    @Test(arguments: Tool.all, [0, 1, 1_500_000])
    func whatTheToolPacksIsUnpacked(tool: Tool, count: Int) throws {
        let bytes = sample(count)
        #expect(try pushed(try tool.pack(bytes), pieces: 100_000) == bytes)
    }

    @Test(arguments: Tool.all, [1, 7, 4096])
    func piecesOfAnySizeAndStreamsInARow(tool: Tool, pieces: Int) throws {
        let bytes = sample(3000)
        let packed = try tool.pack(bytes)
        #expect(try pushed(packed + packed, pieces: pieces) == bytes + bytes)
    }

    @Test func noBytesAreNoContent() throws {
        #expect(try pushed([], pieces: 1) == [])
    }

    @Test(arguments: Tool.checking)
    func aTruncatedStreamIsAnError(tool: Tool) throws {
        let packed = try tool.pack(sample(100_000))
        for missing in [1, 4, packed.count / 2, packed.count - 12] {
            let error = #expect(throws: CompressionError.self, "\(missing)") {
                try pushed(Array(packed.dropLast(missing)), pieces: 1000)
            }
            #expect(error?.reason == .truncated)
            #expect(error?.format == tool.format)
        }
    }

    @Test(arguments: Tool.checking)
    func aDamagedStreamIsAnError(tool: Tool) throws {
        var packed = try tool.pack(sample(100_000))
        packed[packed.count / 2] ^= 0x55
        #expect(throws: CompressionError.self) { try pushed(packed, pieces: 1000) }
    }

    @Test func whatFollowsAMemberIsIgnored() throws {
        let bytes = sample(1000)
        let packed = try Tool(command: "gzip", format: .gzip).pack(bytes)
        #expect(try pushed(packed + Array("garbage".utf8), pieces: 50) == bytes)
        #expect(try pushed(packed + [UInt8](repeating: 0, count: 512), pieces: 50) == bytes)
    }

    @Test func whatTheOutputThrowsComesThrough() throws {
        let decompressor = PushDecompressor { _ in throw Stopped() }
        #expect(throws: Stopped.self) {
            try sample(1000).withUnsafeBytes(decompressor.append)
        }
    }
}
