import Glibc
import TestSupport
import Testing

@testable import ByteIO

/// Files that appear under their name only when they are whole.
@Suite(.timeLimit(.minutes(5))) struct UnfinishedFileTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func theOlderFileStaysUntilTheNewOneIsWhole() throws {
        let path = try folder.write("older", to: "a")
        let file = try UnfinishedFile(for: path)
        try file.file.write("newer")
        #expect(try folder.names() == ["a", "a.unfinished"])
        #expect(try folder.text("a") == "older")
        try file.commit()
        #expect(try folder.names() == ["a"])
        #expect(try folder.text("a") == "newer")
    }

    @Test(arguments: [true, false])
    func whatIsGivenUpIsRemoved(byName: Bool) throws {
        let path = try folder.write("older", to: "a")
        do {
            let file = try UnfinishedFile(for: path)
            try file.file.write("newer")
            if byName {
                file.discard()
                file.discard()
            }
        }
        #expect(try folder.names() == ["a"])
        #expect(try folder.text("a") == "older")
    }

    @Test func aFinishedFileIsNotRemoved() throws {
        let file = try UnfinishedFile(for: folder.path("a"))
        try file.commit()
        file.discard()
        #expect(try folder.names() == ["a"])
    }

    @Test func whatAKilledRunLeftIsWrittenOver() throws {
        try folder.write("left by a run that was killed", to: "a.unfinished")
        let file = try UnfinishedFile(for: folder.path("a"))
        try file.file.write("new")
        try file.commit()
        #expect(try folder.text("a") == "new")
    }

    @Test func twoRunsDoNotWriteTheSameFile() throws {
        let path = folder.path("a")
        let first = try UnfinishedFile(for: path)
        try first.file.write("first")
        let error = #expect(throws: UnfinishedFileError.self) { try UnfinishedFile(for: path) }
        #expect(error?.description == "cannot write \(path): another run is writing it (it holds \(path).unfinished)")
        // The second run must not have taken the first one's file away, nor emptied it.
        try first.commit()
        #expect(try folder.text("a") == "first")
        #expect(throws: Never.self) { try UnfinishedFile(for: path) }
    }

    @Test(
        "what flock answers, and whether another run is to blame",
        arguments: [(0, false), (EWOULDBLOCK, true), (ENOLCK, false), (EOPNOTSUPP, false), (EINVAL, false)]
    )
    func onlyALockThatIsHeldIsAnotherRuns(answer: Int32, isBusy: Bool) throws {
        let path = folder.path("a")
        try folder.write("of another run", to: "a.unfinished")
        do {
            let file = try UnfinishedFile(for: path) { _ in answer }
            #expect(!isBusy)
            try file.file.write("whole")
            try file.commit()
            #expect(try folder.text("a") == "whole")
        } catch let error as UnfinishedFileError {
            #expect(isBusy)
            #expect(error == .busy(path: path, unfinished: path + ".unfinished"))
            #expect(try folder.text("a.unfinished") == "of another run")
        }
    }

    @Test func aFileThatIsDiscardedIsNotCommittedAfterAll() throws {
        // As when a signal arrives while the disk is waited for: the file goes away at once.
        try folder.write("older", to: "a")
        let file = try UnfinishedFile(for: folder.path("a"))
        file.discard()
        // What a run writes that starts then is none of this one's business.
        try folder.write("of the next run", to: "a.unfinished")
        #expect(throws: CancellationError.self) { try file.commit() }
        #expect(try folder.text("a") == "older")
        #expect(try folder.text("a.unfinished") == "of the next run")
    }

    @Test(arguments: [("", "folder/b"), ("older", "folder/b"), ("", "../NAME/folder/b"), ("", "PATH/folder/b")])
    func aLinkStaysALink(older: String, target: String) throws {
        // Whether its target is there already or not: it may lie on a larger disk.
        let name = try #require(folder.path.split(separator: "/").last)
        let target = target.replacing("PATH", with: folder.path).replacing("NAME", with: name)
        if older.isEmpty { mkdir(folder.path("folder"), 0o777) } else { try folder.write(older, to: "folder/b") }
        symlink(target, folder.path("link"))
        symlink("link", folder.path("a"))
        let file = try UnfinishedFile(for: folder.path("a"))
        try file.file.write("new")
        #expect(folder.exists("folder/b.unfinished"))
        try file.commit()
        #expect(try folder.names() == ["a", "folder", "link"])
        #expect(try folder.shell("test -h a && test -h link && cat folder/b") == Array("new".utf8))
    }

    @Test func linksInACircleAreAnError() throws {
        symlink("b", folder.path("a"))
        symlink("a", folder.path("b"))
        let file = try UnfinishedFile(for: folder.path("a"))
        try file.commit()
        #expect(try folder.names().count == 2)
    }

    @Test(arguments: [0o600, 0o640, 0o755] as [mode_t])
    func permissionsOfTheOlderFileAreKept(mode: mode_t) throws {
        let path = try folder.write("older", to: "a")
        chmod(path, mode)
        try UnfinishedFile(for: path).commit()
        #expect(try permissions(path) == mode)
    }

    @Test func permissionsOfANewFileAreTheUsualOnes() throws {
        try UnfinishedFile(for: folder.path("a")).commit()
        try folder.shell(">b")
        #expect(try permissions(folder.path("a")) == permissions(folder.path("b")))
    }

    @Test func aFolderCannotBeWrittenOver() throws {
        try folder.write("", to: "a/b")
        let error = #expect(throws: FileError.self) { try UnfinishedFile(for: folder.path("a")) }
        #expect(error?.description == "cannot write \(folder.path("a")): Is a directory")
        #expect(try folder.names() == ["a"])
    }

    @Test func aMissingFolderIsAnError() {
        let error = #expect(throws: FileError.self) { try UnfinishedFile(for: folder.path("x/a")) }
        #expect(error?.description == "cannot open \(folder.path("x/a")).unfinished: No such file or directory")
    }

    @Test func roomIsLookedForFirst() throws {
        let path = folder.path("a")
        let file = try UnfinishedFile(for: path)
        try file.space(for: 1)?.require()
        let error = #expect(throws: UnfinishedFileError.self) { try file.space(for: .max)?.require() }
        let prefix = "cannot write \(path): No space left on device: it takes 9223372036854775807 bytes, and "
        #expect(try #require(error).description.hasPrefix(prefix))
        let suffix = " are free; make room there, or name an archive on another disk"
        #expect(try #require(error).description.hasSuffix(suffix))
    }

    private func permissions(_ path: String) throws -> mode_t {
        var status = stat()
        try #require(stat(path, &status) == 0)
        return status.st_mode & 0o7777
    }
}
