import Glibc
import TestSupport
import Testing

@testable import SystemIO

/// Files that get their name only when they are complete.
@Suite(.timeLimit(.minutes(5))) struct StagedFileTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func theOlderFileStaysUntilTheNewOneIsComplete() throws {
        let path = try directory.write("older", to: "a")
        let file = try StagedFile(for: path)
        try file.file.write("newer")
        #expect(try directory.names() == ["a", "a.unfinished"])
        #expect(try directory.text("a") == "older")
        try file.commit()
        #expect(try directory.names() == ["a"])
        #expect(try directory.text("a") == "newer")
    }

    @Test(arguments: [true, false])
    func discardedFilesAreRemoved(byName: Bool) throws {
        let path = try directory.write("older", to: "a")
        do {
            let file = try StagedFile(for: path)
            try file.file.write("newer")
            if byName {
                file.discard()
                file.discard()
            }
        }
        #expect(try directory.names() == ["a"])
        #expect(try directory.text("a") == "older")
    }

    @Test func committedFilesAreNotRemoved() throws {
        let file = try StagedFile(for: directory.path("a"))
        try file.commit()
        file.discard()
        #expect(try directory.names() == ["a"])
    }

    @Test func filesOfAKilledRunAreOverwritten() throws {
        try directory.write("left by a run that was killed", to: "a.unfinished")
        let file = try StagedFile(for: directory.path("a"))
        try file.file.write("new")
        try file.commit()
        #expect(try directory.text("a") == "new")
    }

    @Test func twoRunsDoNotWriteTheSameFile() throws {
        let path = directory.path("a")
        let first = try StagedFile(for: path)
        try first.file.write("first")
        let error = #expect(throws: StagedFileError.self) { try StagedFile(for: path) }
        #expect(error?.description == "cannot write \(path): another run is writing it (it holds \(path).unfinished)")
        // The second run must neither remove nor truncate the first one's file.
        try first.commit()
        #expect(try directory.text("a") == "first")
        #expect(throws: Never.self) { try StagedFile(for: path) }
    }

    @Test(
        "what flock answers, and whether another run is to blame",
        arguments: [(0, false), (EWOULDBLOCK, true), (ENOLCK, false), (EOPNOTSUPP, false), (EINVAL, false)]
    )
    func onlyAHeldLockMeansAnotherRun(answer: Int32, isBusy: Bool) throws {
        let path = directory.path("a")
        try directory.write("of another run", to: "a.unfinished")
        do {
            let file = try StagedFile(for: path) { _ in answer }
            #expect(!isBusy)
            try file.file.write("whole")
            try file.commit()
            #expect(try directory.text("a") == "whole")
        } catch let error as StagedFileError {
            #expect(isBusy)
            #expect(error == .busy(path: path, unfinished: path + ".unfinished"))
            #expect(try directory.text("a.unfinished") == "of another run")
        }
    }

    @Test func discardedFilesAreNotCommitted() throws {
        // As when a signal arrives during a sync: the file is removed at once.
        try directory.write("older", to: "a")
        let file = try StagedFile(for: directory.path("a"))
        file.discard()
        // A later run's file does not belong to this one.
        try directory.write("of the next run", to: "a.unfinished")
        #expect(throws: CancellationError.self) { try file.commit() }
        #expect(try directory.text("a") == "older")
        #expect(try directory.text("a.unfinished") == "of the next run")
    }

    @Test(arguments: [
        ("", "directory/b"), ("older", "directory/b"), ("", "../NAME/directory/b"), ("", "PATH/directory/b"),
    ])
    func aLinkStaysALink(older: String, target: String) throws {
        // The target may not exist yet: it can be on a larger disk.
        let name = try #require(directory.path.split(separator: "/").last)
        let target = target.replacing("PATH", with: directory.path).replacing("NAME", with: name)
        if older.isEmpty {
            mkdir(directory.path("directory"), 0o777)
        } else {
            try directory.write(older, to: "directory/b")
        }
        symlink(target, directory.path("link"))
        symlink("link", directory.path("a"))
        let file = try StagedFile(for: directory.path("a"))
        try file.file.write("new")
        #expect(directory.exists("directory/b.unfinished"))
        try file.commit()
        #expect(try directory.names() == ["a", "directory", "link"])
        #expect(try directory.shell("test -h a && test -h link && cat directory/b") == Array("new".utf8))
    }

    @Test func circularLinksAreAnError() throws {
        symlink("b", directory.path("a"))
        symlink("a", directory.path("b"))
        let file = try StagedFile(for: directory.path("a"))
        try file.commit()
        #expect(try directory.names().count == 2)
    }

    @Test(arguments: [0o600, 0o640, 0o755] as [mode_t])
    func permissionsOfTheOlderFileAreKept(mode: mode_t) throws {
        let path = try directory.write("older", to: "a")
        chmod(path, mode)
        try StagedFile(for: path).commit()
        #expect(try permissions(path) == mode)
    }

    @Test func newFilesHaveDefaultPermissions() throws {
        try StagedFile(for: directory.path("a")).commit()
        try directory.shell(">b")
        #expect(try permissions(directory.path("a")) == permissions(directory.path("b")))
    }

    @Test func directoriesCannotBeReplaced() throws {
        try directory.write("", to: "a/b")
        let error = #expect(throws: FileError.self) { try StagedFile(for: directory.path("a")) }
        #expect(error?.description == "cannot write \(directory.path("a")): Is a directory")
        #expect(try directory.names() == ["a"])
    }

    @Test func aMissingDirectoryIsAnError() {
        let error = #expect(throws: FileError.self) { try StagedFile(for: directory.path("x/a")) }
        #expect(error?.description == "cannot open \(directory.path("x/a")).unfinished: No such file or directory")
    }

    @Test func diskSpaceIsCheckedFirst() throws {
        let path = directory.path("a")
        let file = try StagedFile(for: path)
        try file.space(for: 1)?.require()
        let error = #expect(throws: StagedFileError.self) { try file.space(for: .max)?.require() }
        let prefix = "cannot write \(path): No space left on device: it takes 9223372036854775807 bytes, and "
        #expect(try #require(error).description.hasPrefix(prefix))
        let suffix = " are free; free space there, or name an archive on another disk"
        #expect(try #require(error).description.hasSuffix(suffix))
    }

    private func permissions(_ path: String) throws -> mode_t {
        var status = stat()
        try #require(stat(path, &status) == 0)
        return status.st_mode & 0o7777
    }
}
