import SystemIO
import TestSupport
import Testing

@testable import ImageArchive

/// The limit of decompression, with an allowance that is small enough for every format.
@Suite(.timeLimit(.minutes(1))) struct BoundedDecompressorTests {
    private static let allowance = 1 << 20
    private static let limit = ExpansionLimit(ratio: 20, allowance: Int64(allowance))

    private static func compressed(_ tool: String, byte: String, count: Int) throws -> [UInt8] {
        try TemporaryDirectory().shell("head -c \(count) /dev/zero | tr '\\0' '\(byte)' | \(tool)")
    }

    /// - Returns: The bytes that are read before the end or the error.
    private static func read(_ compressed: [UInt8]) throws -> (count: Int, error: ArchiveError?) {
        let decompressor = try BoundedDecompressor(MemorySource(compressed), limit: limit)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var total = 0
        do {
            while true {
                let count = try buffer.withUnsafeMutableBytes(decompressor.read)
                if count == 0 { return (total, nil) }
                total += count
            }
        } catch let error as ArchiveError {
            return (total, error)
        }
    }

    @Test(arguments: ["gzip", "bzip2 -1", "xz -0", "zstd -q"], [" ", "\\0"])
    func aBombEndsAtTheLimit(tool: String, byte: String) throws {
        let bomb = try Self.compressed(tool, byte: byte, count: 64 << 20)
        let (count, error) = try Self.read(bomb)
        guard case .bomb(let packed, let unpacked) = error else {
            Issue.record("\(count) bytes and \(String(describing: error))")
            return
        }
        #expect(unpacked == Int64(Self.allowance) + 20 * packed)
        #expect(count <= unpacked && count < 64 << 20)
    }

    @Test(arguments: ["gzip", "bzip2 -1", "xz -0", "zstd -q"], [" ", "\\0"])
    func whatTheAllowanceHoldsIsRead(tool: String, byte: String) throws {
        let (count, error) = try Self.read(try Self.compressed(tool, byte: byte, count: Self.allowance))
        #expect(count == Self.allowance && error == nil)
    }
}
