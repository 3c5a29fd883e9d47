import Glibc
import SystemIO
import TestSupport
import Testing

@testable import ImageArchive

/// Contents in parts that take the place of others.
@Suite(.timeLimit(.minutes(2))) struct PartsReplacementTests {
    private let directory: TemporaryDirectory
    private let older = (0..<55).map { UInt8($0) }
    private let newer = (100..<135).map { UInt8($0) }

    private var path: String { directory.path("a") }

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func write(_ bytes: [UInt8], sum: String?) throws {
        let parts = try StagedParts(for: path, partSize: 10)
        try parts.content.write(bytes, at: 0)
        let checksum = try sum.map { sum in
            let file = try StagedFile(for: ChecksumName.path(of: path))
            try file.file.write(sum)
            return file
        }
        try parts.commit(with: checksum, of: path)
    }

    private func content() throws -> [UInt8] {
        let file = try #require(SplitFile(of: [path]))
        return try FileSection(of: file, at: 0, length: 1000).readBytes(1000)
    }

    /// Creates the files that a run leaves if it is killed after it has renamed `renamed` of the new parts.
    private func kill(after renamed: Int, checksum: String?) throws {
        for number in 1...4 {
            let bytes = Array(newer[(number - 1) * 10..<min(35, number * 10)])
            let isRenamed = number > 4 - renamed
            try directory.write(bytes, to: "a.00\(number)" + (isRenamed ? "" : ".unfinished"))
        }
        if let checksum { try directory.write(checksum, to: "a.sha256.unfinished") }
        try PartsReplacement(of: path, count: 4, hasChecksum: checksum != nil, suffix: StagedFile.suffix).begin()
    }

    @Test(arguments: 0...3, [nil, "new"])
    func aKilledRunLeavesTheNewContent(renamed: Int, checksum: String?) throws {
        try write(older, sum: "old")
        if renamed == 0 { try directory.write("one file", to: "a") }
        try kill(after: renamed, checksum: checksum)
        #expect(try content() == newer)
        #expect(SplitFile.numbers(at: path) == [1, 2, 3, 4])
        #expect(SplitFile.areReplacing(path))
        try SplitFile.completeReplacement(at: path)
        #expect(try content() == newer)
        let sums = checksum == nil ? [] : ["a.sha256"]
        #expect(try directory.names() == ["a.001", "a.002", "a.003", "a.004"] + sums)
        if let checksum { #expect(try directory.text("a.sha256") == checksum) }
    }

    /// Only the record is left, and the next run has begun new parts.
    @Test func aLeftoverRecordIsDropped() throws {
        try write(newer, sum: nil)
        try PartsReplacement(of: path, count: 4, hasChecksum: false, suffix: StagedFile.suffix).begin()
        #expect(!SplitFile.areReplacing(path))
        let next = try StagedParts(for: path, partSize: 10)
        try next.content.write(older, at: 0)
        #expect(try content() == newer)
        next.discard()
        #expect(try directory.names() == ["a.001", "a.002", "a.003", "a.004"])
    }

    @Test func aFailedRenameIsReportedAndLosesNothing() throws {
        try write(older, sum: "old")
        let parts = try StagedParts(for: path, partSize: 10)
        try parts.content.write(newer, at: 0)
        let checksum = try StagedFile(for: ChecksumName.path(of: path))
        try checksum.file.write("new")
        // No file can be renamed to a directory.
        try directory.shell("rm a.002 && mkdir a.002")
        let error = #expect(throws: CompletedContentError.self) { try parts.commit(with: checksum, of: path) }
        parts.discard()
        #expect(
            error?.description.hasPrefix("\(path) is complete, but its parts do not have their final names") == true
        )
        #expect(try content() == newer)
        try directory.shell("rmdir a.002")
        try SplitFile.completeReplacement(at: path)
        #expect(try content() == newer)
        #expect(try directory.text("a.sha256") == "new")
        #expect(try directory.names() == ["a.001", "a.002", "a.003", "a.004", "a.sha256"])
    }

    @Test(arguments: ["", "rancher-images parts 1\n", "rancher-images parts 1\n9999999999999999999\nno\n.unfinished\n"])
    func aRecordThatIsNoneIsNotBelieved(text: String) throws {
        try write(older, sum: nil)
        try directory.write("part", to: "a.001.unfinished")
        try directory.write(text, to: "a.parts.unfinished")
        #expect(try content() == older)
    }

    @Test func aRecordThatIsAPipeIsNotWaitedFor() throws {
        try write(older, sum: nil)
        try directory.shell("mkfifo a.parts.unfinished")
        #expect(try content() == older)
        #expect(throws: ForeignFileError.self) { try StagedParts(for: path, partSize: 10) }
    }
}
