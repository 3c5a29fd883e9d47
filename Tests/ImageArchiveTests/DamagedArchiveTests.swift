import Compression
import FoundationEssentials
import ImageArchive
import OCI
import SystemIO
import Tar
import TestSupport
import Testing

/// Archives that were cut, damaged or made up: an error that says so, and never a crash.
@Suite(.timeLimit(.minutes(5))) struct DamagedArchiveTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func cutOffAnywhere() throws {
        let complete = try sample()
        let file = try File(try directory.write(complete, to: "a"), for: .updating)
        let tail = Array((complete.count - 40)..<complete.count)
        let points = Array(stride(from: 10, to: complete.count, by: 997)) + tail
        for length in points.sorted(by: >) {
            try file.resize(to: Int64(length))
            #expect(throws: ArchiveError.truncated, "cut to \(length) of \(complete.count)") {
                try DockerArchive(path: file.path)
            }
        }
        for length in (0..<10).reversed() {
            try file.resize(to: Int64(length))
            // Three bytes identify a gzip.
            #expect(throws: length < 3 ? ArchiveError.unknownLayout : .truncated) { try DockerArchive(path: file.path) }
        }
        #expect(ArchiveError.truncated.description == "it is cut off; copy it again, or save it again")
    }

    /// Small archives of each layout.
    static let layouts = [
        "legacy", "docker/graph-28.5.2-by-id.tar", "docker/c8d-28.5.2-multiarch.tar", "docker/c8d-28.5.2-helmchart.tar",
    ]

    @Test("each layout, cut off at each block", arguments: layouts, ["cat", "gzip", "bzip2", "xz", "zstd -q"])
    func cutOffAtEachBlock(layout: String, packing: String) throws {
        let image = try SyntheticImage("a.b/x:1", layers: ["one", "two"])
        try directory.write(try SyntheticImage.archive([image]).bytes(), to: "legacy")
        let path = layout == "legacy" ? "legacy" : Fixtures.path(layout)
        try directory.shell("\(packing) <'\(path)' >a")
        let file = try File(directory.path("a"), for: .updating)
        let complete = try Arrivals(of: try DockerArchive(path: file.path, temporaryDirectory: directory.path))
        var refused = 0
        let size = try file.size
        for length in stride(from: (size - 1) / 512 * 512, through: 0, by: -512) {
            try file.resize(to: length)
            do {
                let rest = try Arrivals(of: try DockerArchive(path: file.path, temporaryDirectory: directory.path))
                // What follows the last file that counts may be missing.
                #expect(Set(rest.configurations.values) == Set(complete.configurations.values), "cut to \(length)")
            } catch let error as ArchiveError {
                #expect(!error.description.isEmpty)
                refused += 1
            }
        }
        #expect(refused > 0)
        #expect(packing == "cat" || refused == (size + 511) / 512, "compressed data tells its end")
    }

    @Test func oneByteIsAnother() throws {
        let complete = try sample()
        let file = try File(try directory.write(complete, to: "a"), for: .updating)
        var refused = 0
        // The first entries closely, what is like them less so.
        for offset in Array(stride(from: 0, to: 1_200, by: 7)) + Array(stride(from: 1_200, to: complete.count, by: 499))
        {
            try file.write([complete[offset] ^ 0x5a], at: Int64(offset))
            do {
                let archive = try DockerArchive(path: file.path)
                for image in archive.images {
                    guard let descriptor = image.original else { continue }
                    _ = try archive.manifest(descriptor)
                }
            } catch {
                #expect(error is ArchiveError, "byte \(offset): \(error)")
                refused += 1
            }
            try file.write([complete[offset]], at: Int64(offset))
        }
        // Most bytes are those of layers, which only their digests verify.
        #expect(refused > 50)
    }

    @Test func aManifestIsVerifiedByItsDigest() throws {
        let (images, _) = try listedSamples()
        var complete = try sample()
        let manifest = images[0].top.bytes
        let start = try #require(complete.firstRange(of: manifest)).lowerBound
        // In the middle of a digest: JSON all the same.
        let at = start + manifest.count - 100
        complete[at] = complete[at] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
        let archive = try DockerArchive(path: try directory.write(complete, to: "a"))
        let error = #expect(throws: ArchiveError.self) { try archive.manifest(images[0].top.descriptor) }
        let name = "blobs/sha256/\(images[0].top.digest.hex)"
        #expect(try #require(error).description.hasPrefix("it is damaged: its \(name) has the digest sha256:"))
    }

    @Test(
        "sizes that only a header claims",
        arguments: [0, 511, 512, 1023, 65_535, 1 << 62, .max - 100_000] as [Int64]
    )
    func claimedSizes(lessThanTheLargest: Int64) throws {
        let header = try TarHeader(name: "index.json", size: .max - lessThanTheLargest).encoded()
        let path = try directory.write(try member(header) + member(TarHeader.endOfArchive), to: "a")
        #expect(throws: ArchiveError.self) { try DockerArchive(path: path) }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let reason: String
        let entries: [(String, String)]
        let error: String

        var testDescription: String { reason }
    }

    static let digest = "sha256:" + String(repeating: "0a", count: 32)

    static let rows = [
        Row(reason: "no index", entries: [("oci-layout", "{}")], error: "it has no manifest.json"),
        Row(reason: "no entries at all", entries: [], error: "it has no manifest.json"),
        Row(
            reason: "two of one name",
            entries: [("index.json", "{}"), ("index.json", "{}")],
            error: "it has two entries called index.json, so it is not clear which of them counts"
        ),
        Row(
            reason: "an index that is not JSON",
            entries: [("index.json", "<>")],
            error: "its index.json cannot be used: it is not the JSON of an index"
        ),
        Row(
            reason: "a name that is no reference",
            entries: [
                (
                    "index.json",
                    #"{"manifests":[{"digest":"\#(digest)","size":1,"annotations":{"io.containerd.image.name":"A"}}]}"#
                )
            ],
            error: "its index.json cannot be used: invalid reference format: 'A': repository name (A) must be lowercase"
        ),
        Row(
            reason: "an index that would fill the memory",
            entries: [("index.json", String(repeating: " ", count: (20 << 20) + 1))],
            error: "its index.json has 20971521 bytes, more than it may have"
        ),
    ]

    @Test(arguments: rows)
    func synthetic(row: Row) throws {
        let members = try row.entries.map { name, text in
            let content = Array(text.utf8)
            let header = TarHeader(name: name, size: Int64(content.count))
            return try member(header.encoded() + content + [UInt8](repeating: 0, count: header.padding))
        }
        let path = try directory.write(members.flatMap { $0 } + (try member(TarHeader.endOfArchive)), to: "a")
        let error = #expect(throws: ArchiveError.self) { try DockerArchive(path: path) }
        #expect(error?.description == row.error)
    }

    @Test func namesThatWouldFillTheMemory() throws {
        // An extended header with a name of nearly 4 KiB that ends in eight digits, and the header that it belongs to.
        let name = "4000 path=" + String(repeating: "x", count: 3_981) + "00000000\n"
        var record = SyntheticTar.Entry("", name)
        record.header.kind = .other(UInt8(ascii: "x"))
        let entry = try SyntheticTar([record, SyntheticTar.Entry("short", "")]).bytes()
            .dropLast(TarHeader.endOfArchive.count)
        let file = try File(directory.path("a"), for: .creating)
        for number in 0..<16_500 {
            var bytes = Array(entry)
            bytes.replaceSubrange(512 + 3_991..<512 + 3_999, with: Array("\(10_000_000 + number)".utf8))
            try file.write(bytes)
        }
        try file.write(TarHeader.endOfArchive)
        let error = #expect(throws: ArchiveError.self) { try DockerArchive(path: file.path) }
        #expect(error?.description == "it cannot be read: it has more entries than any archive of images")
        // Before that limit they are only names.
        try file.resize(to: 1_000 * Int64(entry.count))
        #expect(throws: ArchiveError.missing(entry: "manifest.json")) { try DockerArchive(path: file.path) }
    }

    @Test func anIndexWithoutImagesIsEmpty() throws {
        let header = TarHeader(name: "index.json", size: 2)
        let entry = try header.encoded() + Array("{}".utf8) + [UInt8](repeating: 0, count: header.padding)
        let path = try directory.write(try member(entry) + member(TarHeader.endOfArchive), to: "a")
        #expect(try DockerArchive(path: path).images.isEmpty)
    }

    private func sample() throws -> [UInt8] {
        let (images, store) = try listedSamples()
        try write(images, store, to: try ArchiveOutput(path: directory.path("sample")))
        return try directory.bytes("sample")
    }

    private func member(_ content: [UInt8]) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let encoder = StoredGzipEncoder(StoredGzipMember(contentLength: Int64(content.count))) { bytes += Array($0) }
        try content.withUnsafeBytes(encoder.append)
        try encoder.finish()
        return bytes
    }
}
