import Compression
import SystemIO
import TestSupport
import Testing

/// Gzip members of stored blocks: read by the real gzip, and by seeking.
@Suite(.timeLimit(.minutes(5))) struct StoredGzipTests {
    /// Around the ends of blocks, where a block more or less is needed.
    static let lengths = [0, 1, 5, 512, 65_534, 65_535, 65_536, 131_069, 131_070, 131_071, 262_143, 262_144, 300_000]

    @Test(arguments: lengths)
    func gzipUnpacksIt(length: Int) throws {
        let directory = try TemporaryDirectory()
        let content = Self.content(length)
        let bytes = try Self.encode(content, pieces: 7_777)
        #expect(Int64(bytes.count) == StoredGzipMember(contentLength: Int64(length)).length)
        try directory.write(bytes, to: "a.gz")
        #expect(try directory.shell("gzip -t a.gz && gzip -dc a.gz") == content)
    }

    @Test(arguments: [1, 4_096, 65_535, 1 << 20])
    func piecesDoNotMatter(size: Int) throws {
        let content = Self.content(200_000)
        #expect(try Self.encode(content, pieces: size) == Self.encode(content, pieces: content.count))
    }

    @Test(arguments: lengths)
    func anyPositionCanBeRead(length: Int) throws {
        let directory = try TemporaryDirectory()
        let content = Self.content(length)
        // Not at the beginning of the file: a file has several members.
        let path = try directory.write([1, 2, 3] + (try Self.encode(content, pieces: 65_536)), to: "a")
        let file = try File(path, for: .reading)
        let reader = StoredGzipReader(StoredGzipMember(contentLength: Int64(length)), in: file, at: 3)
        for position in Self.lengths + [65_533, 131_068, 299_999] {
            for count in [0, 1, 3, 70_000] {
                var buffer = [UInt8](repeating: 0, count: count)
                let read = try buffer.withUnsafeMutableBytes { try reader.read(into: $0, at: Int64(position)) }
                let expected = content.dropFirst(position).prefix(count)
                #expect(buffer.prefix(read).elementsEqual(expected), "\(count) bytes at \(position) of \(length)")
            }
        }
    }

    @Test func aFileThatEndsEarlyIsReadToItsEnd() throws {
        let directory = try TemporaryDirectory()
        let bytes = try Self.encode(Self.content(100_000), pieces: 100_000)
        let file = try File(try directory.write(Array(bytes.prefix(80_020)), to: "a"), for: .reading)
        let reader = StoredGzipReader(StoredGzipMember(contentLength: 100_000), in: file, at: 0)
        var buffer = [UInt8](repeating: 0, count: 100_000)
        // 10 bytes of header, and 5 before each of two blocks.
        #expect(try buffer.withUnsafeMutableBytes { try reader.read(into: $0, at: 0) } == 80_000)
    }

    @Test(arguments: [1 << 32, 10 << 30, 1 << 50] as [Int64])
    func lengthsBeyondMemory(length: Int64) {
        let member = StoredGzipMember(contentLength: length)
        #expect(member.length == 18 + length + (length + 65_534) / 65_535 * 5)
        #expect(member.offset(ofContent: length - 1) == member.length - 8 - 1)
    }

    @Test func membersInARowAreOneFile() throws {
        let directory = try TemporaryDirectory()
        let contents = [Self.content(10), [], Self.content(70_000)]
        try directory.write(try contents.flatMap { try Self.encode($0, pieces: 4096) }, to: "a.gz")
        #expect(try directory.shell("gzip -dc a.gz") == contents.flatMap { $0 })
    }

    private struct Refusal: Error {}

    @Test func errorsOfTheOutputEndTheMember() throws {
        let encoder = StoredGzipEncoder(StoredGzipMember(contentLength: 3)) { _ in throw Refusal() }
        try Array("abc".utf8).withUnsafeBytes(encoder.append)
        #expect(throws: Refusal.self) { try encoder.finish() }
    }

    private static func content(_ length: Int) -> [UInt8] {
        (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
    }

    private static func encode(_ content: [UInt8], pieces: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let encoder = StoredGzipEncoder(StoredGzipMember(contentLength: Int64(content.count))) { bytes += Array($0) }
        for start in stride(from: 0, to: content.count, by: max(1, pieces)) {
            try content[start..<min(start + pieces, content.count)].withUnsafeBytes(encoder.append)
        }
        try encoder.finish()
        return bytes
    }
}
