import CommandLine
import GoldenSuite
import SystemIO
import TestSupport
import Testing

/// Repairs that are killed, or whose system calls fail: the archive is always the damaged one or the repaired one, to the byte.
@Suite(.timeLimit(.minutes(5))) struct RepairFaultTests {
    private let bench: Bench
    private let source: FakeRegistry
    private let intact: [UInt8]
    private let damaged: [UInt8]

    private var archive: String { bench.path("images.tar.gz") }

    init() async throws {
        bench = try Bench()
        source = try FakeRegistry()
        var list: [String] = []
        for number in 0..<3 {
            // Larger than what is fetched again rather than kept.
            let text = String((0..<200_000).map { Character(Unicode.Scalar(UInt8(33 + ($0 * (number + 7)) % 90))) })
            let image = try SyntheticImage(
                "apps/tool\(number):v1",
                layers: Array(repeating: text, count: number == 1 ? 1 : 2)
            )
            source.addImage(
                repository: "apps/tool\(number)",
                tag: "v1",
                configuration: image.configuration,
                layers: image.layers + [Array(repeating: UInt8(number), count: 1_500_000)]
            )
            list.append("apps/tool\(number):v1")
        }
        let saved = try await bench.save(list, from: source.authority)
        try #require(saved.status == 0, "\(saved.errors)")
        intact = try bench.directory.bytes("images.tar.gz")
        var bytes = intact
        for share in [3, 5, 9] { bytes[bytes.count * share / 10] ^= 8 }
        damaged = bytes
    }

    private func state() throws -> String {
        String(
            decoding: try bench.directory.shell("stat -c '%s %y %i' images.tar.gz; sha256sum images.tar.gz"),
            as: UTF8.self
        )
    }

    private func damage() throws -> String {
        try bench.directory.shell("rm -f images.tar.gz*")
        try bench.directory.write(damaged, to: "images.tar.gz")
        return try state()
    }

    private func run(_ fault: Fault) throws -> Fault.Outcome {
        let suffixes = ["", ".repair", ".repair.journal", ".repair.journal.next"]
        return try fault.run(
            "rancher-save-images",
            ["--repair", archive],
            files: suffixes.map { archive + $0 },
            in: bench.directory
        )
    }

    private func finish() async throws {
        let repaired = try await bench.run(.save, ["--repair", archive])
        #expect(repaired.status == 0, "\(repaired.errors)")
        #expect(try bench.directory.bytes("images.tar.gz") == intact)
        #expect(try bench.directory.names() == ["images.tar.gz", "list.txt"])
    }

    static let kills = [
        ("pread64", [1, 4, 12]), ("openat", [1, 2, 3, 4, 5]), ("pwrite64", [1, 2, 5, 9, 20]), ("write", [1, 3]),
        ("copy_file_range", [1, 2, 3]), ("ftruncate", [1, 2]), ("fsync", [1]), ("close", [1, 2]), ("rename", [1, 2]),
    ]

    @Test(.enabled(if: Machine.hasStrace, "needs strace"))
    func itIsKilled() async throws {
        for (call, numbers) in Self.kills {
            for number in numbers {
                _ = try damage()
                let outcome = try run(Fault(call, "signal=KILL:when=\(number)"))
                let bytes = try bench.directory.bytes("images.tar.gz")
                #expect(bytes == damaged || bytes == intact, "\(call) \(number)")
                #expect(outcome.status != 0 || bytes == intact, "\(call) \(number)")
                try await finish()
            }
        }
    }

    static let errors = [
        Fault("pwrite64", "error=ENOSPC:when=1+"), Fault("pwrite64", "error=EIO:when=3+"),
        Fault("write", "error=ENOSPC:when=1+"), Fault("write", "error=EIO:when=3+"),
        Fault("copy_file_range", "error=ENOSPC:when=1+"), Fault("copy_file_range", "error=EIO:when=2+"),
        Fault("ftruncate", "error=EIO:when=1+"), Fault("ftruncate", "error=ENOSPC:when=2+"),
        Fault("fsync", "error=EIO:when=1+"), Fault("fsync", "error=ENOSPC:when=1+"),
        Fault("close", "error=EIO:when=1+"), Fault("rename", "error=EIO:when=1+"),
        Fault("rename", "error=ENOSPC:when=2+"),
        Fault("openat", "error=EIO:when=2+"), Fault("openat", "error=EMFILE:when=3+"),
        Fault("pread64", "error=EIO:when=6+"),
    ]

    @Test(.enabled(if: Machine.hasStrace, "needs strace"))
    func aCallFails() async throws {
        for fault in Self.errors {
            let before = try damage()
            let outcome = try run(fault)
            if outcome.status == 0 {
                #expect(try bench.directory.bytes("images.tar.gz") == intact, "\(fault.testDescription)")
            } else {
                #expect(outcome.status == 1, "\(fault.testDescription): \(outcome.errors)")
                #expect(try state() == before, "\(fault.testDescription): \(outcome.errors)")
                #expect(outcome.errors.contains("is unchanged"), "\(fault.testDescription): \(outcome.errors)")
            }
            try await finish()
        }
    }

    /// A save that fails does not remove what a killed repair has left.
    @Test func aSaveBetweenKilledRepairs() async throws {
        let before = try damage()
        source.add(FakeFault(.transport(.stallBody(after: 1_400_000)), target: "/blobs/", times: .max))
        let process = try ChildProcess.start(
            ["\(try Suite().products)/rancher-save-images", "--repair", archive],
            environment: ["PATH": "/usr/bin:/bin", "HOME": bench.directory.path, "TMPDIR": bench.directory.path]
        )
        for _ in 0..<5000 {
            if ((try? bench.directory.bytes("images.tar.gz.repair").count) ?? 0) > 1_000_000 { break }
            try await Task.sleep(for: .milliseconds(2))
        }
        process.terminate(9)
        _ = await process.wait()
        source.removeFaults()
        #expect(try state() == before)
        let left = try bench.directory.names().filter { $0.contains(".repair") }
        #expect(left == ["images.tar.gz.repair", "images.tar.gz.repair.journal"])
        let saved = try await bench.save(["apps/none:v1"], from: source.authority)
        #expect(saved.status == 1 || saved.errors.contains("none"))
        #expect(try state() == before)
        let fresh = try await bench.save(["apps/none:v1"], from: source.authority, ["--fresh"])
        #expect(fresh.errors.contains("none"))
        #expect(try bench.directory.names().filter { $0.contains(".repair") } == left)
        try await finish()
    }

    /// Another program replaces the archive while it is repaired.
    @Test func anArchiveThatChangesMeanwhile() async throws {
        _ = try damage()
        source.add(FakeFault(.transport(.stallBody(after: 0)), target: "/blobs/", times: .max))
        let run = Task { try await bench.run(.save, ["--repair", archive, "--patience", "1m"]) }
        for _ in 0..<5000 where !bench.directory.exists("images.tar.gz.repair.journal") {
            try await Task.sleep(for: .milliseconds(2))
        }
        try bench.directory.write("another", to: "other")
        try bench.directory.shell("mv other images.tar.gz")
        source.removeFaults()
        run.cancel()
        _ = try await run.value
        #expect(try bench.directory.text("images.tar.gz") == "another")
    }
}
