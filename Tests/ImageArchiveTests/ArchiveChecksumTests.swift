import ImageArchive
import Synchronization
import SystemIO
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct ArchiveChecksumTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func write(_ texts: [String], to output: ArchiveOutput) throws {
        var offset: Int64 = 0
        for text in texts {
            try Array(text.utf8).withUnsafeBytes { try output.write($0, at: offset) }
            offset += Int64(text.utf8.count)
        }
    }

    @Test func orderedBytesAreHashedWhileWriting() throws {
        let path = directory.path("a.tar")
        let output = try ArchiveOutput(path: path, checksum: ArchiveChecksum(of: path, .whileWriting))
        try write(["some", " bytes"], to: output)
        try output.commit()
        try directory.shell("sha256sum --strict -c a.tar.sha256")
        #expect(try directory.names() == ["a.tar", "a.tar.sha256"])
    }

    @Test func otherBytesAreReadAgain() throws {
        let reported = Mutex<[Int64]>([])
        let path = directory.path("a.tar")
        let checksum = ArchiveChecksum(of: path, .byReading { size in reported.withLock { $0.append(size) } })
        let output = try ArchiveOutput(path: path, checksum: checksum)
        try Array("bytes".utf8).withUnsafeBytes { try output.write($0, at: 5) }
        try Array("some ".utf8).withUnsafeBytes { try output.write($0, at: 0) }
        try output.commit()
        #expect(reported.withLock(\.self) == [10])
        try directory.shell("sha256sum --strict -c a.tar.sha256")
    }

    /// As where docker writes the file itself.
    @Test func archivesOfOtherPrograms() throws {
        try directory.write("older", to: "a.tar.sha256")
        let path = directory.path("a.tar")
        let output = try ArchiveOutput(path: path, checksum: ArchiveChecksum(of: path, .byReading { _ in }))
        let older = try #require(try output.willBeReplaced())
        #expect(!directory.exists("a.tar.sha256"))
        try directory.write("docker's", to: "a.tar")
        older.drop()
        try output.wasReplaced()
        try directory.shell("sha256sum --strict -c a.tar.sha256")
        #expect(try directory.names() == ["a.tar", "a.tar.sha256"])
    }

    @Test(arguments: [nil, "older"])
    func whatAnotherProgramHasWrittenWrong(older content: String?) throws {
        if let content { try directory.write(content, to: "a.tar") }
        try directory.write("its checksum", to: "a.tar.sha256")
        let path = directory.path("a.tar")
        let output = try ArchiveOutput(path: path, checksum: ArchiveChecksum(of: path, .byReading { _ in }))
        let older = try #require(try output.willBeReplaced())
        // Docker writes another file, and renames it.
        try directory.shell("printf wrong >new && mv new a.tar")
        #expect(older.restore())
        output.discard()
        #expect(try directory.text("a.tar.sha256") == "its checksum")
        #expect(directory.exists("a.tar") == (content != nil))
        if let content { #expect(try directory.text("a.tar") == content) }
        #expect(try directory.names().filter { $0.hasSuffix(".unfinished") }.isEmpty)
    }

    @Test(arguments: ["a\\b.tar", "a\nb.tar", "a b.tar"])
    func namesThatSHA256SumEscapes(_ name: String) throws {
        let path = directory.path(name)
        let output = try ArchiveOutput(path: path, checksum: ArchiveChecksum(of: path, .whileWriting))
        try write(["bytes"], to: output)
        try output.commit()
        try directory.shell("sha256sum --strict -c *.sha256")
    }

    /// There is no new checksum if the new archive cannot be renamed.
    @Test func noChecksumComesWithoutItsArchive() throws {
        try directory.write("older", to: "a.tar")
        let path = directory.path("a.tar")
        let output = try ArchiveOutput(path: path, checksum: ArchiveChecksum(of: path, .whileWriting))
        try write(["bytes"], to: output)
        output.discard()
        #expect(throws: CancellationError.self) { try output.commit() }
        #expect(try directory.names() == ["a.tar"])
    }
}
