import CommandLine
import GoldenSuite
import ImageArchive
import OCI
import TestSupport
import Testing

/// Saves whose system calls fail, or that are killed, while their archive takes the place of an older one.
@Suite(.enabled(if: Machine.hasStrace, "needs strace"), .timeLimit(.minutes(5)))
struct PartsFaultTests {
    private let bench: Bench
    private let source: FakeRegistry

    private var archive: String { bench.path("a.tar.gz") }

    init() throws {
        bench = try Bench()
        source = try FakeRegistry()
        try addImage("apps/old", size: 2_300_000)
        try addImage("apps/new", size: 3_200_000)
        try bench.directory.write("apps/old:v1\n", to: "old.txt")
        try bench.directory.write("apps/new:v1\n", to: "new.txt")
    }

    private func addImage(_ repository: String, size: Int) throws {
        let text = String(repeating: "a line of \(repository)\n", count: size / 20)
        let image = try SyntheticImage("\(repository):v1", layers: [text])
        source.addImage(
            repository: repository,
            tag: "v1",
            configuration: image.configuration,
            layers: image.layers
        )
    }

    private func words(_ list: String, _ more: [String]) -> [String] {
        ["-l", bench.path(list), "-i", archive, "-s", source.authority, "--engine", "registry"] + more
    }

    /// The names of the images, all of whose blobs are what they are called.
    private func images() throws -> [String] {
        let archive = try DockerArchive(path: archive)
        let areSound = try archive.blobs.allSatisfy { try archive.blob($0)?.hasDigest($0) ?? false }
        return areSound ? archive.images.compactMap { $0.reference?.path } : []
    }

    private var files: [String] {
        let names = (1...4).flatMap { [".00\($0)", ".00\($0).unfinished"] }
        let more = ["", ".sha256", ".sha256.unfinished", ".parts.unfinished", ".parts.unfinished.unfinished"]
        return (names + more).map { archive + $0 }
    }

    private static let effects: [(call: String, effect: String, numbers: ClosedRange<Int>)] = [
        ("rename", "signal=KILL", 1...6), ("unlink", "signal=KILL", 1...2), ("fsync", "signal=KILL", 2...4),
        ("rename", "error=EIO", 1...6), ("unlink", "error=EIO", 1...2), ("fsync", "error=ENOSPC", 1...3),
        ("pwrite64", "error=ENOSPC", 2...2), ("close", "error=EIO", 1...3),
    ]

    /// An archive in parts replaces one in parts; one of the system's calls is the last, or the first that fails.
    @Test(
        arguments: effects.flatMap { effect in effect.numbers.map { Fault(effect.call, "\(effect.effect):when=\($0)+") }
        }
    )
    func partsReplaceParts(fault: Fault) async throws {
        #expect(try await bench.run(.save, words("old.txt", ["--split", "1M"])).status == 0)
        let before = try bench.directory.shell("sha256sum a.tar.gz.*")
        let outcome = try fault.run(
            "rancher-save-images",
            words("new.txt", ["--split", "1M"]),
            files: files,
            in: bench.directory
        )
        let found = try images()
        #expect(found == ["apps/old"] || found == ["apps/new"], "\(outcome.errors)")
        #expect(outcome.status != 0 || found == ["apps/new"])
        if outcome.errors.contains("was not written; an older archive is unchanged") {
            #expect(try bench.directory.shell("sha256sum a.tar.gz.00? a.tar.gz.sha256") == before)
        } else if fault.effect.hasPrefix("error"), outcome.status != 0 {
            #expect(outcome.errors.contains("\(archive) is complete, but "), "\(outcome.errors)")
            #expect(found == ["apps/new"])
        }
        #expect(try await bench.run(.save, words("new.txt", ["--split", "1M"])).status == 0)
        #expect(try images() == ["apps/new"])
        try bench.directory.shell("sha256sum --strict -c a.tar.gz.sha256")
        #expect(try bench.directory.names().allSatisfy { !$0.contains("unfinished") })
    }

    @Test(arguments: ["ENOSPC", "EIO"])
    func aChecksumThatFails(error: String) async throws {
        #expect(try await bench.run(.save, words("old.txt", ["--checksum"])).status == 0)
        let outcome = try Fault("rename", "error=\(error):when=1+")
            .run(
                "rancher-save-images",
                words("new.txt", ["--checksum"]),
                files: [archive + ".sha256", archive + ".sha256.unfinished"],
                in: bench.directory
            )
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("\(archive) is complete, but its checksum was not written (cannot rename "))
        #expect(!outcome.errors.contains("what was there before"))
        #expect(try images() == ["apps/new"])
        #expect(!bench.directory.exists("a.tar.gz.sha256"))
    }

    /// Network file systems report at the end that the disk is full.
    @Test func anArchiveThatCannotBeClosed() async throws {
        #expect(try await bench.run(.save, words("old.txt", ["--checksum"])).status == 0)
        let outcome = try Fault("close", "error=EIO:when=1+")
            .run(
                "rancher-save-images",
                words("new.txt", ["--checksum"]),
                files: [archive + ".unfinished"],
                in: bench.directory
            )
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("\(archive) was not written; an older archive is unchanged"))
        #expect(try images() == ["apps/old"])
        try bench.directory.shell("sha256sum --strict -c a.tar.gz.sha256")
    }
}
