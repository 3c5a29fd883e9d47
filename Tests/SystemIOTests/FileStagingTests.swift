import Glibc
import SystemIO
import TestSupport
import Testing

/// Files with the names of staged files and journals that no run of the program has left.
@Suite(.timeLimit(.minutes(2))) struct FileStagingTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write("of somebody else", to: "victim")
    }

    private static let foreign: [(making: String, reason: ForeignFileError.Reason)] = [
        ("ln -s victim a.unfinished", .symbolicLink), ("ln -s nowhere a.unfinished", .symbolicLink),
        ("ln victim a.unfinished", .hardLinks), ("mkfifo a.unfinished", .notRegular),
        ("mkdir a.unfinished", .notRegular), ("ln -s /dev/full a.unfinished", .symbolicLink),
    ]

    @Test(arguments: foreign)
    func foreignFilesAreRejected(making: String, reason: ForeignFileError.Reason) throws {
        try directory.shell(making)
        let path = directory.path("a.unfinished")
        let expected = ForeignFileError(path: path, reason: reason)
        #expect(throws: expected) { try StagedFile(for: directory.path("a")) }
        #expect(throws: expected) { try StagedFile(for: directory.path("a"), keepsContent: true) }
        #expect(throws: expected) { try File(staged: path, for: .reading) }
        #expect(throws: expected) { try File.requireStaged(path) }
        #expect(try directory.text("victim") == "of somebody else")
        #expect(try directory.names() == ["a.unfinished", "victim"])
    }

    @Test(.enabled(if: geteuid() == 0, "needs root, to give a file away"))
    func filesOfAnotherUserAreRejected() throws {
        let path = try directory.write("of somebody else", to: "a.unfinished")
        try #require(chown(path, 65534, 65534) == 0)
        #expect(throws: ForeignFileError(path: path, reason: .otherOwner)) { try StagedFile(for: directory.path("a")) }
        #expect(try directory.text("a.unfinished") == "of somebody else")
    }

    @Test func filesOfAnEarlierRunAreUsed() throws {
        try directory.write("left", to: "a.unfinished")
        let file = try StagedFile(for: directory.path("a"), keepsContent: true)
        #expect(try file.file.readBytes(10) == Array("left".utf8))
        try file.commit()
        #expect(try directory.text("a") == "left")
    }

    /// The thread of a cancelled task may still write after its file was discarded.
    @Test(arguments: [false, true])
    func nothingIsWrittenAfterTheLockIsReleased(isDiscarded: Bool) throws {
        let first = try StagedFile(for: directory.path("a"))
        try first.file.write("first", at: 0)
        if isDiscarded { first.discard() } else { first.leave() }
        let second = try StagedFile(for: directory.path("a"), keepsContent: true)
        defer { second.discard() }
        #expect(throws: FileError.self) { try first.file.write("late", at: 0) }
        #expect(throws: FileError.self) { try first.file.resize(to: 1) }
        #expect(try directory.text("a.unfinished") == (isDiscarded ? "" : "first"))
    }
}

extension File {
    fileprivate func write(_ text: String, at offset: Int64) throws { try write(Array(text.utf8), at: offset) }
}
