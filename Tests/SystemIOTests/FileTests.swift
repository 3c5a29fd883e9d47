import Dispatch
import Glibc
import SystemIO
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct FileTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test func bytesAreWrittenAndReadAtAnyOffset() throws {
        let file = try File(directory.path("file"), for: .creating)
        try file.write("hello")
        try file.write(Array("HE".utf8), at: 0)
        try file.write(Array("!".utf8), at: 10)
        try file.sync()
        #expect(try directory.bytes("file") == Array("HEllo\0\0\0\0\0!".utf8))
        #expect(try file.size == 11)
        var buffer = [UInt8](repeating: 9, count: 4)
        #expect(try buffer.withUnsafeMutableBytes { try file.read(into: $0, at: 9) } == 2)
        #expect(buffer == [0, UInt8(ascii: "!"), 9, 9])
        try file.resize(to: 2)
        #expect(try directory.text("file") == "HE")
    }

    @Test(
        arguments: [
            (File.Access.reading, "old", "old", nil),
            (.reading, nil, nil, "cannot open PATH: No such file or directory"),
            (.writing, "old", "old", nil),
            (.writing, nil, nil, "cannot open PATH: No such file or directory"),
            (.updating, "old", "old", nil),
            (.updating, nil, "", nil),
            (.creating, "old", "", nil),
            (.creating, nil, "", nil),
        ] as [(File.Access, String?, String?, String?)]
    )
    func filesAreOpenedInTheGivenMode(access: File.Access, before: String?, after: String?, message: String?) throws {
        let path = directory.path("file")
        if let before { try directory.write(before, to: "file") }
        var failure: String?
        do throws(FileError) {
            let file = try File(path, for: access)
            #expect(fcntl(file.descriptor, F_GETFD) == FD_CLOEXEC)
        } catch {
            failure = error.description
        }
        #expect(failure == message?.replacing("PATH", with: path))
        #expect((try? directory.text("file")) == after)
    }

    @Test func failuresNameFileAndCause() throws {
        let full = try File("/dev/full", for: .writing)
        let error = #expect(throws: FileError.self) { try full.write("x") }
        #expect(error == FileError(operation: "write", path: "/dev/full", code: ENOSPC))
        #expect(error?.description == "cannot write /dev/full: No space left on device")
        let reading = try File("/dev/null", for: .reading)
        #expect(throws: FileError.self) { try reading.write("x") }
    }

    @Test func aFileIsClosedOnceAndThenUnusable() throws {
        let file = try File("/dev/null", for: .reading)
        try file.close()
        #expect(file.descriptor == -1)
        try file.close()
        #expect(throws: FileError(operation: "read", path: "/dev/null", code: EBADF)) { try file.readBytes(1) }
    }

    @Test func regularFilesAreSkippedBySeekingAndOthersByReading() throws {
        try directory.write(Array(0..<200), to: "file")
        let file = try File(directory.path("file"), for: .reading)
        #expect(try file.isRegular)
        #expect(try file.skip(100) == 100)
        #expect(try file.readBytes(1) == [100])
        #expect(try file.skip(1000) == 99)
        #expect(try file.skip(1) == 0)
        let zero = try File("/dev/zero", for: .reading)
        #expect(try !zero.isRegular)
        #expect(try zero.skip(100_000) == 100_000)
    }

    @Test func nonBlockingDescriptorsAreWaitedFor() throws {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let (reading, writing) = (File(owning: ends[0], path: "a pipe"), File(owning: ends[1], path: "a pipe"))
        for end in ends { setNonBlocking(end) }
        let bytes = [UInt8](repeating: 7, count: 1_000_000)
        DispatchQueue(label: "writer")
            .async {
                try? writing.write(bytes)
                try? writing.close()
            }
        var received = 0
        while case let count = try reading.readBytes(3000).count, count > 0 { received += count }
        #expect(received == bytes.count)
    }

    @Test func sectionsEndNoLaterThanTheFile() throws {
        try directory.write(Array(0..<10), to: "file")
        let file = try File(directory.path("file"), for: .reading)
        let section = FileSection(of: file, at: 2, length: 5)
        #expect(try section.readBytes(2) == [2, 3])
        #expect(try section.skip(1) == 1)
        #expect(try section.readBytes(100) == [5, 6])
        #expect(try section.skip(1) == 0)
        #expect(try FileSection(of: file, at: 8, length: .max).readBytes(100) == [8, 9])
        #expect(try FileSection(of: file, at: 20, length: 5).readBytes(100) == [])
        #expect(try FileSection(of: file, at: 7, length: 100).skip(50) == 3)
    }
}

private func setNonBlocking(_ descriptor: Int32) {
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
}
