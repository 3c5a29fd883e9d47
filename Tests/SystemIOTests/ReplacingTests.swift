import Glibc
import SystemIO
import TestSupport
import Testing

/// Replacing the content of a path of any kind.
@Suite(.timeLimit(.minutes(1))) struct ReplacingTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test(arguments: ["an older text that is longer", ""])
    func filesAreReplacedInOneStep(older: String) throws {
        let path = directory.path("list")
        if !older.isEmpty { try directory.write(older, to: "list") }
        let before = try? File(path, for: .reading)
        try File.write("new\n", replacing: path)
        #expect(try directory.text("list") == "new\n")
        #expect(try directory.names() == ["list"])
        if let before { #expect(try before.readBytes(100) == Array(older.utf8), "who reads the older one goes on") }
    }

    @Test func aDeviceStaysADevice() throws {
        for path in ["/dev/null", "/dev/full"] {
            // By a link, since a rename would remove the device of this machine.
            symlink(path, directory.path("device"))
            let write = { try File.write("text", replacing: directory.path("device")) }
            if path == "/dev/null" { try write() } else { #expect(throws: FileError.self, performing: write) }
            #expect(try directory.names() == ["device"])
            #expect(!File.exists(path + ".unfinished"))
            unlink(directory.path("device"))
        }
    }

    @Test func namedPipesPassTheTextOn() async throws {
        let path = directory.path("pipe")
        #expect(mkfifo(path, 0o600) == 0)
        async let received = onThread { try File(path, for: .reading).readBytes(100) }
        try await onThread { try File.write("to the reader", replacing: path) }
        #expect(try await received == Array("to the reader".utf8))
        #expect(try directory.names() == ["pipe"])
    }

    @Test(arguments: ["/dev/fd/", "/proc/self/fd/"])
    func descriptorsAreWrittenAtTheirPosition(prefix: String) throws {
        let file = try File(directory.path("log"), for: .creating)
        try file.write("before, ")
        try File.write("between, ", replacing: prefix + "\(file.descriptor)")
        try file.write("after")
        #expect(try directory.text("log") == "before, between, after")
        #expect(try directory.names() == ["log"])
    }

    @Test func failuresAreReported() throws {
        #expect(throws: FileError(operation: "write", path: directory.path, code: EISDIR)) {
            try File.write("", replacing: directory.path)
        }
        #expect(throws: FileError(operation: "open", path: "/dev/fd/99999999", code: EBADF)) {
            try File.write("", replacing: "/dev/fd/99999999")
        }
    }
}
