import CommandLine
import Dispatch
import Glibc
import SystemIO
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct ConsoleTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func console(output: File? = nil, programName: String = "/opt/bin/rancher-save-images.sh") throws -> Console
    {
        Console(
            output: try output ?? File(directory.path("out"), for: .creating),
            errors: try File(directory.path("err"), for: .creating),
            programName: programName
        )
    }

    /// A pipe's two ends.
    private func pipe() throws -> (reading: File, writing: File) {
        var ends: [Int32] = [0, 0]
        try #require(Glibc.pipe(&ends) == 0)
        return (File(owning: ends[0], path: "pipe"), File(owning: ends[1], path: "standard output"))
    }

    @Test func linesGoToTheirStreams() throws {
        let console = try console()
        console.print("one")
        console.notice("two")
        console.print("three\nfour")
        #expect(try directory.text("out") == "one\nthree\nfour\n")
        #expect(try directory.text("err") == "rancher-save-images.sh: two\n")
        #expect(console.outputError == nil)
        #expect(console.output.path == directory.path("out"))
    }

    @Test func controlCharactersDoNotReachTheTerminal() throws {
        try console(programName: "x").notice("a\r\u{1B}[2Jb\n\u{9B}é€")
        #expect(try directory.text("err") == "x: a\\r\\u{1B}[2Jb\\n\\u{009B}é€\n")
    }

    @Test func longLinesAreTruncated() throws {
        try console(programName: "x").notice("a" + String(repeating: "\u{301}", count: 100_000))
        let line = try directory.text("err")
        #expect(line.hasSuffix("...\n"))
        #expect(line.utf8.count < 9_000)
    }

    @Test func aClosedPipeIsAnError() throws {
        let (reading, writing) = try pipe()
        let console = try console(output: writing)
        try reading.close()
        console.print("lost")
        console.print("lost too")
        #expect(console.outputError != nil)
        #expect(console.outputError?.description == "cannot write standard output: Broken pipe")
        console.notice("still there")
        #expect(try directory.text("err") == "rancher-save-images.sh: still there\n")
    }

    @Test func aFullDiskIsAnError() throws {
        let console = try console(output: File("/dev/full", for: .writing))
        console.print("lost")
        #expect(console.outputError?.code == ENOSPC)
    }

    @Test func standardErrorCanBeClosed() throws {
        let (reading, writing) = try pipe()
        let console = Console(
            output: try File(directory.path("out"), for: .creating),
            errors: writing,
            programName: "x"
        )
        try reading.close()
        console.notice("lost")
        console.print("line")
        #expect(try directory.text("out") == "line\n")
        #expect(console.outputError == nil)
    }

    @Test func aSlowReaderOfANonBlockingPipeGetsCompleteLines() throws {
        let (reading, writing) = try pipe()
        #expect(fcntl(writing.descriptor, F_SETFL, O_NONBLOCK) == 0)
        let console = try console(output: writing)
        let line = String(repeating: "x", count: 99)
        let writers = DispatchGroup()
        for _ in 0..<4 {
            DispatchQueue.global().async(group: writers) { for _ in 0..<1000 { console.print(line) } }
        }
        let expected = [UInt8]((line + "\n").utf8)
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while received.count < 4000 * expected.count {
            let count = try buffer.withUnsafeMutableBytes { try reading.read(into: $0) }
            received += buffer[..<count]
        }
        writers.wait()
        for start in stride(from: 0, to: received.count, by: expected.count) {
            #expect(Array(received[start..<start + expected.count]) == expected)
        }
    }
}
