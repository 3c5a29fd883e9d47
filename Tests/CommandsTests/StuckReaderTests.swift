import CommandLine
import Commands
import Glibc
import SystemIO
import TestSupport
import Testing

/// A reader that does not read blocks the output, but not the run.
@Suite(.timeLimit(.minutes(1))) struct StuckReaderTests {
    private static let count = 120

    private static func fill(_ registry: FakeRegistry) -> [String] {
        let name = String(repeating: "long", count: 20)
        return (0..<count)
            .map { number in
                registry.addImage(
                    repository: "rancher/\(name)\(number)",
                    tag: "v1",
                    configuration: Array(#"{"os":"linux","architecture":"amd64","n":\#(number)}"#.utf8),
                    layers: [Array("layer \(number)".utf8)]
                )
                return "rancher/\(name)\(number):v1"
            }
    }

    /// A pipe with space for the lines of a few images.
    private static func pipe() throws -> (reading: File, writing: File) {
        var ends: [Int32] = [0, 0]
        try #require(Glibc.pipe(&ends) == 0)
        _ = fcntl(ends[1], setPipeSize, 4096)
        return (File(owning: ends[0], path: "pipe"), File(owning: ends[1], path: "standard output"))
    }

    @Test(arguments: [false, true])
    func aSaveFetchesEverything(isErrors: Bool) async throws {
        let registry = try FakeRegistry()
        defer { registry.stop() }
        let list = Self.fill(registry)
        let bench = try Bench()
        try bench.directory.write(list.map { $0 + "\n" }.joined(), to: "list.txt")
        let (reading, writing) = try Self.pipe()
        let file = try File(bench.path("other"), for: .creating)
        let words = ["-l", bench.path("list.txt"), "-i", bench.path("images.tar.gz"), "-s", registry.authority]
        let run = Task {
            // With --verbose there is a line on standard error for each request.
            try await bench.run(
                .save,
                words + (isErrors ? ["--verbose"] : []),
                output: isErrors ? file : writing,
                errors: isErrors ? writing : file
            )
        }
        let archive = bench.path("images.tar.gz")
        while access(archive, F_OK) != 0 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(registry.requests.count == 1 + 3 * Self.count)
        // Now there is space.
        try #require(fcntl(reading.descriptor, setPipeSize, 1 << 20) >= 1 << 20)
        #expect(try await run.value == 0)
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        let read = Glibc.read(reading.descriptor, &buffer, buffer.count)
        let text = String(decoding: buffer.prefix(max(0, read)), as: UTF8.self)
        #expect(text.split(separator: "\n").count >= Self.count)
    }
}

/// `F_SETPIPE_SZ` of `fcntl(2)`.
private let setPipeSize: Int32 = 1024 + 7
