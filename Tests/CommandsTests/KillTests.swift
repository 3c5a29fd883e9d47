import CommandLine
import GoldenSuite
import OCI
import SystemIO
import TestSupport
import Testing

/// Runs that are killed several times and then completed: nothing is lost, and no complete blob is transferred twice.
@Suite(.timeLimit(.minutes(10))) struct KillTests {
    /// The bytes per second of a connection. The bytes in the sockets of a faster connection are lost with each kill.
    private static let pace = 10_000_000
    /// The bytes of a large layer.
    private static let largeSize = 6_000_000

    private let bench: Bench
    private let products: String
    private let source: FakeRegistry
    private let list: [String]

    init() throws {
        bench = try Bench()
        products = try Suite().products
        source = try FakeRegistry(bytesPerSecond: Self.pace)
        list = ManyImages.add(to: source, largeSize: Self.largeSize)
        try bench.directory.write(list.map { $0 + "\n" }.joined(), to: "list.txt")
    }

    private func start(_ program: String, _ words: [String]) throws -> ChildProcess {
        try ChildProcess.start(
            ["\(products)/\(program)", "-l", bench.path("list.txt"), "-s", source.authority, "--engine", "registry"]
                + words,
            environment: ["PATH": "/usr/bin:/bin", "HOME": bench.directory.path, "TMPDIR": bench.directory.path]
        )
    }

    /// Kills runs of a program at moments that are spread over its work, and then lets one run to its end.
    ///
    /// What a killed run has sent is still in the sockets: the next one begins when the registry has taken all of it, or it would ask for
    /// blobs that are about to be there.
    ///
    /// - Parameters:
    ///   - registry: the registry of the program.
    ///   - total: the number of bytes that an uninterrupted run transfers.
    ///   - kills: the number of kills.
    ///   - moved: returns the number of bytes that were transferred so far.
    private func killAndRun(
        _ program: String,
        _ words: [String],
        with registry: FakeRegistry,
        total: Int64,
        kills: Int = 6,
        moved: () -> Int64
    ) async throws -> ExitCode {
        for kill in 1...kills {
            let process = try start(program, words)
            let threshold = total * Int64(kill) / Int64(kills + 1)
            for _ in 0..<20_000 where moved() < threshold { try await Task.sleep(for: .milliseconds(1)) }
            process.terminate(9)
            _ = await process.wait()
            for _ in 0..<20_000 where registry.openConnections > 0 { try await Task.sleep(for: .milliseconds(1)) }
        }
        return try await start(program, words).wait().shellStatus
    }

    private typealias ExitCode = Int32

    @Test func aSaveThatIsKilled() async throws {
        let undisturbed = try start("rancher-save-images", ["-i", bench.path("whole.tar.gz")])
        #expect(await undisturbed.wait().shellStatus == 0)
        let total = source.sentBytes

        let words = ["-i", bench.path("a.tar.gz")]
        let status = try await killAndRun("rancher-save-images", words, with: source, total: total) {
            source.sentBytes - total
        }
        #expect(status == 0)
        try bench.directory.shell("cmp a.tar.gz whole.tar.gz")
        #expect(try bench.directory.names().filter { $0.hasPrefix("a.tar.gz") } == ["a.tar.gz"])
        // Each run requests all manifests again. A kill loses the bytes on their way to the disk, less than 1 MiB.
        let again = source.sentBytes - total
        #expect(again <= total + (6 << 20), "\(again) of \(total) bytes")
    }

    @Test func aSaveOfUnpackedLayersThatIsKilled() async throws {
        let format = ["--archive-format", "docker"]
        let undisturbed = try start("rancher-save-images", ["-i", bench.path("whole.tar.gz")] + format)
        #expect(await undisturbed.wait().shellStatus == 0)
        let total = source.sentBytes

        let words = ["-i", bench.path("a.tar.gz")] + format
        // With fewer bytes between kills than a layer has, no layer would ever be complete.
        let status = try await killAndRun("rancher-save-images", words, with: source, total: total, kills: 5) {
            source.sentBytes - total
        }
        #expect(status == 0)
        try bench.directory.shell("cmp a.tar.gz whole.tar.gz")
        #expect(try bench.directory.names().filter { $0.hasPrefix("a.tar.gz") } == ["a.tar.gz"])
        // A layer cannot be unpacked from its middle: with each kill the one under way is lost, and what was fetched ahead.
        let again = source.sentBytes - total
        #expect(again <= total * 165 / 100, "\(again) of \(total) bytes")
    }

    @Test func aLoadThatIsKilled() async throws {
        let saved = try start("rancher-save-images", ["-i", bench.path("whole.tar.gz")])
        #expect(await saved.wait().shellStatus == 0)
        let first = try FakeRegistry()
        let words = ["-i", bench.path("whole.tar.gz"), "-r"]
        let undisturbed = try start("rancher-load-images", words + [first.authority])
        #expect(await undisturbed.wait().shellStatus == 0)
        let total = first.receivedBytes

        let target = try FakeRegistry(bytesPerSecond: Self.pace)
        let toTarget = words + [target.authority]
        let status = try await killAndRun("rancher-load-images", toTarget, with: target, total: total) {
            target.receivedBytes
        }
        #expect(status == 0)
        for name in list {
            let repository = String(name.dropLast(":v1".count))
            #expect(target.manifest(repository, "v1") == source.manifest(repository, "v1"))
        }
        // What has once arrived is not sent again. Of a blob that was under way distribution keeps nothing either.
        let ends = target.requests.filter { $0.method == "PUT" && $0.target.contains("/blobs/uploads/") }.map(\.target)
        let digests = ends.compactMap { $0.split(separator: "digest=").last }
        #expect(Set(digests).count == digests.count)
        #expect(digests.count == 2 * list.count)
    }
}
