import ByteIO
import DockerArchive
import ImageEngine
import ScriptInterface
import TestSupport
import Testing

@testable import DockerEngine

@Suite struct DockerSaverTests {
    private static func saver(_ docker: FakeDocker, to path: String, mode: ScriptMode = .shell) throws -> DockerSaver {
        DockerSaver(
            runner: try docker.runner(),
            mode: mode,
            archive: path,
            output: try ArchiveOutput(path: path),
            compressionLevel: 6
        )
    }

    @Test func gzipReadsWhatDockerHasWritten() async throws {
        let docker = try FakeDocker("seq 1 2000000")
        let archive = docker.folder.path("archive")
        try await Self.saver(docker, to: archive).save(["a"])
        try docker.folder.shell("gzip -t archive && seq 1 2000000 >expected && gzip -dc <archive | cmp - expected")
    }

    @Test func aPipeGetsTheArchiveToo() async throws {
        let docker = try FakeDocker("seq 1 200000")
        try docker.folder.shell("mkfifo pipe; gzip -dc <pipe >unpacked 2>/dev/null & echo $! >pid")
        try await Self.saver(docker, to: docker.folder.path("pipe")).save(["a"])
        try docker.folder.shell(
            """
            for try in $(seq 600); do kill -0 $(cat pid) 2>/dev/null || break; sleep 0.05; done
            seq 1 200000 | cmp - unpacked
            """
        )
    }

    @Test(arguments: [ScriptMode.shell, .powerShell])
    func dockersFailureIsTheCause(_ mode: ScriptMode) async throws {
        let docker = try FakeDocker("seq 1 100000; echo first >&2; echo last >&2; exit 1")
        let archive = try docker.folder.write("old", to: "archive")
        let saver = try Self.saver(docker, to: archive, mode: mode)
        let error = await #expect(throws: DockerEngineError.self) { try await saver.save(["a"]) }
        saver.discard()
        #expect(error?.description == "docker save: last")
        #expect(try docker.folder.text("errors") == "first\nlast\n")
        #expect(try docker.folder.text("archive") == "old")
        #expect(try docker.folder.names() == ["archive", "bin", "errors", "output"])
    }

    /// Docker, which would write for ever, is stopped by it.
    @Test func aFullDiskIsTheCause() async throws {
        let docker = try FakeDocker("exec yes")
        defer { withExtendedLifetime(docker) {} }
        let saver = try Self.saver(docker, to: "/dev/full")
        let error = await #expect(throws: FileError.self) { try await saver.save(["a"]) }
        #expect(error?.description == "cannot write /dev/full: No space left on device")
    }

    @Test func cancellingEndsDocker() async throws {
        let docker = try FakeDocker("echo $$ >\"$(dirname \"$0\")/pid\"; exec yes")
        let archive = docker.folder.path("archive")
        let saver = try Self.saver(docker, to: archive)
        let task = Task { try await saver.save(["a"]) }
        try docker.folder.shell("until [ -s bin/pid ]; do sleep 0.02; done")
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        saver.discard()
        try docker.folder.shell("kill -0 $(cat bin/pid) 2>/dev/null", status: 1)
        #expect(!docker.folder.exists("archive"))
        #expect(!docker.folder.exists("archive.unfinished"))
    }

    @Test func tooManyImagesAreToldBeforeAnyIsPulled() async throws {
        let docker = try FakeDocker("touch \"$(dirname \"$0\")/called\"")
        let saver = try Self.saver(docker, to: docker.folder.path("archive"))
        let names = (0...ArgumentRoom.ofSystem.limit / 20).map { "registry/image:\($0)" }
        await #expect(throws: DockerEngineError.self) { try await saver.pull(names, observer: Nobody()) }
        #expect(!docker.folder.exists("bin/called"))
    }

    private struct Nobody: PullObserver {
        func willPull(_ reference: String) {}
        func didPull(_ reference: String, _ outcome: PullOutcome) {}
    }
}
