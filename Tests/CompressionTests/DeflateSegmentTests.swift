import Compression
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct DeflateSegmentTests {
    /// Segments of all kinds in a row, and what they are of.
    private static func member(threads: Int = 2) throws -> (bytes: [UInt8], content: [UInt8]) {
        let parts = [sample(300), sample(1_500_000), [], sample(131_072)]
        let deflater = try SegmentDeflater(level: 6)
        var bytes = DeflateSegment.memberHeader
        var content: [UInt8] = []
        var checksum = GzipChecksum()
        for part in parts {
            let header = [UInt8](repeating: 7, count: 512)
            bytes += DeflateSegment.stored(header)
            bytes += try #require(DeflateSegment.filler(21))
            bytes += try deflater.segment(of: part)
            let (segment, sum) = try segment(of: part, threads: threads)
            bytes += segment
            content += header + part + part
            checksum.append(header.withUnsafeBytes { GzipChecksum(of: $0) })
            checksum.append(part.withUnsafeBytes { GzipChecksum(of: $0) })
            checksum.append(sum)
        }
        return (bytes + DeflateSegment.end + checksum.trailer, content)
    }

    private static func segment(
        of bytes: [UInt8],
        threads: Int = 2
    ) throws -> (bytes: [UInt8], checksum: GzipChecksum) {
        let output = Mutex<[UInt8]>([])
        let gzip = try ParallelGzip(threads: threads, framing: .segment) { bytes in output.withLock { $0 += bytes } }
        try bytes.withUnsafeBytes { try gzip.write($0) }
        let checksum = try gzip.finish()
        return (output.withLock { $0 }, checksum)
    }

    @Test func everyToolReadsSegmentsInARow() throws {
        let (bytes, content) = try Self.member()
        let directory = try TemporaryDirectory()
        try directory.write(content, to: "file")
        try directory.write(bytes, to: "file.gz")
        try directory.shell("gzip -t file.gz && pigz -t file.gz")
        try directory.shell("gzip -dc file.gz | cmp - file && pigz -dc file.gz | cmp - file")
        try directory.shell(
            "python3 -c 'import gzip; assert gzip.open(\"file.gz\").read() == open(\"file\", \"rb\").read()'"
        )
        #expect(try unpacked(bytes) == content)
    }

    @Test func theNumberOfThreadsChangesNothing() throws {
        #expect(try Self.member(threads: 1).bytes == (try Self.member(threads: 5).bytes))
    }

    @Test func aSegmentRefersToNothingBeforeIt() throws {
        let bytes = sample(40_000)
        let first = try Self.segment(of: bytes).bytes
        let deflater = try SegmentDeflater(level: 6)
        #expect(try deflater.segment(of: bytes) == first)
        #expect(try deflater.segment(of: bytes) == first, "the content before it was the same")
    }

    @Test func theChecksumIsThatOfTheContent() throws {
        let bytes = sample(300_000)
        let content = bytes.withUnsafeBytes { GzipChecksum(of: $0) }
        #expect(try Self.segment(of: bytes).checksum == content)
        #expect(content.length == 300_000)
        #expect(GzipChecksum().trailer == [0, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test func aFillerIsOfItsLengthAndEmpty() throws {
        for count in 0..<200 {
            guard let filler = DeflateSegment.filler(count) else {
                #expect([1, 2, 3, 4, 7, 8, 9, 13, 14, 19].contains(count), "there are fillers of \(count) bytes")
                continue
            }
            #expect(filler.count == count)
            let member = DeflateSegment.memberHeader + filler + DeflateSegment.end + GzipChecksum().trailer
            #expect(try unpacked(member) == [], "\(count)")
        }
    }
}
