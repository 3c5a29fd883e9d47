import ImageArchive
import OCI
import SystemIO
import Tar
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ArchiveOutputTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func gzipAndTarAcceptTheFile() throws {
        let (images, store) = try listedSamples()
        try write(images, store, to: try ArchiveOutput(path: directory.path("a.tar.gz")))
        try directory.shell("gzip -t a.tar.gz")
        let names = try directory.shell("tar tzf a.tar.gz")
        let layout = ContainerdLayout(of: images)
        #expect(
            String(decoding: names, as: UTF8.self).split(separator: "\n").map(String.init)
                == (layout.blobs + layout.tables).map(\.header.name)
        )
        #expect(try directory.names() == ["a.tar.gz"])
    }

    @Test func theFileIsAsLongAsPlanned() throws {
        let (images, store) = try listedSamples()
        try write(images, store, to: try ArchiveOutput(path: directory.path("a.tar.gz")))
        let plan = try ArchivePlan(ContainerdLayout(of: images))
        #expect(try Int64(directory.bytes("a.tar.gz").count) == plan.length)
    }

    @Test func entriesMayComeInAnyOrder() throws {
        let (images, store) = try listedSamples()
        let output = try ArchiveOutput(path: directory.path("b"))
        for entry in try ArchivePlan(ContainerdLayout(of: images)).entries.reversed() {
            let writer = try ArchiveEntryWriter(entry, to: output)
            let content: [UInt8] =
                switch entry.content {
                case .bytes(let bytes): bytes
                case .blob(let blob): store.blobs[blob.digest] ?? []
                }
            // A corrupt transfer starts over.
            try content.dropLast().map { ~$0 }.withUnsafeBytes(writer.append)
            #expect(writer.canRestart)
            try writer.restart()
            try content.withUnsafeBytes(writer.append)
            try writer.finish()
        }
        try output.commit()
        try write(images, store, to: try ArchiveOutput(path: directory.path("a")))
        #expect(try directory.bytes("a") == directory.bytes("b"))
    }

    @Test func aNamedPipeGetsTheSameBytes() throws {
        let (images, store) = try listedSamples()
        try write(images, store, to: try ArchiveOutput(path: directory.path("a")))
        try directory.shell("mkfifo pipe && { { cat pipe >copy; mv copy whole; } & }")
        let output = try ArchiveOutput(path: directory.path("pipe"))
        #expect(output.isStream)
        try write(images, store, to: output)
        try directory.shell("until [ -e whole ]; do sleep 0.01; done; cmp a whole")
    }

    /// `3>archive` and `--images /dev/fd/3` of a shell.
    @Test func aDescriptorOfTheProcessIsAStream() throws {
        let (images, store) = try listedSamples()
        try write(images, store, to: try ArchiveOutput(path: directory.path("a")))
        let redirection = try File(directory.path("b"), for: .creating)
        let output = try ArchiveOutput(path: "/dev/fd/\(redirection.descriptor)")
        #expect(output.isStream)
        try write(images, store, to: output)
        #expect(try directory.bytes("a") == directory.bytes("b"))
    }

    @Test func aStreamCannotRestart() throws {
        let (images, _) = try listedSamples()
        let output = try ArchiveOutput(path: "/dev/null")
        let entries = try ArchivePlan(ContainerdLayout(of: images)).entries
        let entry = try #require(entries.max { $0.content.size < $1.content.size })
        let writer = try ArchiveEntryWriter(entry.moved(by: -entry.offset), to: output)
        try [UInt8](repeating: 0, count: 100).withUnsafeBytes(writer.append)
        #expect(writer.canRestart, "nothing has gone into the stream")
        try writer.restart()
        try [UInt8](repeating: 0, count: Int(entry.content.size)).withUnsafeBytes(writer.append)
        try writer.finish()
        #expect(!writer.canRestart)
    }

    @Test func aFullDeviceIsReportedByName() throws {
        let (images, store) = try listedSamples()
        let error = #expect(throws: FileError.self) {
            try write(images, store, to: try ArchiveOutput(path: "/dev/full"))
        }
        #expect(error?.description == "cannot write /dev/full: No space left on device")
    }

    @Test func discardedOutputKeepsTheOlderArchive() throws {
        try directory.write("older", to: "a")
        let (images, _) = try listedSamples()
        let output = try ArchiveOutput(path: directory.path("a"))
        let entries = try ArchivePlan(ContainerdLayout(of: images)).entries
        _ = try ArchiveEntryWriter(try #require(entries.first), to: output)
        output.discard()
        #expect(try directory.names() == ["a"])
        #expect(try directory.text("a") == "older")
    }

    @Test func aDirectoryIsRefusedBeforeAnythingIsDone() throws {
        let error = #expect(throws: FileError.self) { try ArchiveOutput(path: directory.path) }
        #expect(error?.description == "cannot write \(directory.path): Is a directory")
    }
}
