import Engine
import ImageArchive
import SystemIO
import TestSupport
import Testing

@testable import DockerEngine

@Suite(.timeLimit(.minutes(2))) struct DockerSaverTests {
    private static func saver(
        _ docker: FakeDocker,
        to path: String,
        _ procedure: DockerSaver.Procedure = .shell(compressionLevel: 6)
    ) throws -> DockerSaver {
        let output = DockerSaver.Output.archive(try ArchiveOutput(path: path))
        return DockerSaver(
            runner: try docker.runner(),
            procedure: procedure,
            archive: path,
            output: { output },
            counters: TransferCounters()
        )
    }

    private static func request(_ name: String) -> PullRequest {
        PullRequest(image: ImageListEntry(reference: name, file: "list", line: 1), source: ImageName(name))
    }

    @Test func theArchiveIsGzip() async throws {
        let docker = try FakeDocker("seq 1 2000000")
        let archive = docker.directory.path("archive")
        try await Self.saver(docker, to: archive).save([Self.request("a")])
        try docker.directory.shell("gzip -t archive && seq 1 2000000 >expected && gzip -dc <archive | cmp - expected")
    }

    /// Docker cannot write parts, so it does not get the archive's name, also in PowerShell's procedure.
    @Test(arguments: [DockerSaver.Procedure.shell(compressionLevel: 6), .powerShell])
    func partsAreWrittenByThisProgram(_ procedure: DockerSaver.Procedure) async throws {
        let docker = try FakeDocker("case $* in *-o*) exit 1 ;; esac; seq 1 2000000")
        let archive = docker.directory.path("archive")
        let output = DockerSaver.Output.archive(
            try ArchiveOutput(
                path: archive,
                partSize: 1_000_000,
                checksum: ArchiveChecksum(of: archive, partSize: 1_000_000, .whileWriting)
            )
        )
        let saver = DockerSaver(
            runner: try docker.runner(),
            procedure: procedure,
            archive: archive,
            output: { output },
            counters: TransferCounters()
        )
        try await saver.save([Self.request("a")])
        try docker.directory.shell(
            """
            seq 1 2000000 >expected && sha256sum --strict -c archive.sha256
            test "$(ls archive.0* | wc -l)" = "$(wc -l <archive.sha256)" && test "$(wc -l <archive.sha256)" -gt 3
            cat archive.0* >joined && { gzip -dc <joined >unpacked 2>/dev/null || cp joined unpacked; } && cmp unpacked expected
            """
        )
    }

    @Test func aPipeGetsTheArchiveToo() async throws {
        let docker = try FakeDocker("seq 1 200000")
        try docker.directory.shell("mkfifo pipe; gzip -dc <pipe >unpacked 2>/dev/null & echo $! >pid")
        try await Self.saver(docker, to: docker.directory.path("pipe")).save([Self.request("a")])
        try docker.directory.shell(
            """
            for try in $(seq 600); do kill -0 $(cat pid) 2>/dev/null || break; sleep 0.05; done
            seq 1 200000 | cmp - unpacked
            """
        )
    }

    @Test(arguments: [DockerSaver.Procedure.shell(compressionLevel: 6), .powerShell])
    func dockersFailureIsTheCause(_ procedure: DockerSaver.Procedure) async throws {
        let docker = try FakeDocker("seq 1 100000; echo first >&2; echo last >&2; exit 1")
        let archive = try docker.directory.write("old", to: "archive")
        let saver = try Self.saver(docker, to: archive, procedure)
        let error = await #expect(throws: EngineError.self) { try await saver.save([Self.request("a")]) }
        saver.discard()
        #expect(error?.description == "docker save: last")
        #expect(try docker.directory.text("errors") == "first\nlast\n")
        #expect(try docker.directory.text("archive") == "old")
        #expect(try docker.directory.names() == ["archive", "bin", "errors", "output"])
    }

    /// The error stops docker, which would write forever.
    @Test func aFullDiskIsTheCause() async throws {
        let docker = try FakeDocker("exec yes")
        defer { withExtendedLifetime(docker) {} }
        let saver = try Self.saver(docker, to: "/dev/full")
        let error = await #expect(throws: FileError.self) { try await saver.save([Self.request("a")]) }
        #expect(error?.description == "cannot write /dev/full: No space left on device")
    }

    @Test func cancellingEndsDocker() async throws {
        let docker = try FakeDocker("echo $$ >\"$(dirname \"$0\")/pid\"; exec yes")
        let archive = docker.directory.path("archive")
        let saver = try Self.saver(docker, to: archive)
        let task = Task { try await saver.save([Self.request("a")]) }
        try docker.directory.shell("until [ -s bin/pid ]; do sleep 0.02; done")
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        saver.discard()
        try docker.directory.shell("kill -0 $(cat bin/pid) 2>/dev/null", status: 1)
        #expect(!docker.directory.exists("archive"))
        #expect(!docker.directory.exists("archive.unfinished"))
    }

    @Test func tooManyImagesFailBeforeTheFirstPull() async throws {
        let docker = try FakeDocker("touch \"$(dirname \"$0\")/called\"")
        let saver = try Self.saver(docker, to: docker.directory.path("archive"))
        let requests = (0...ArgumentLimit.ofSystem.limit / 20).map { Self.request("registry/image:\($0)") }
        await #expect(throws: EngineError.self) { try await saver.pull(requests) { _ in } }
        #expect(!docker.directory.exists("bin/called"))
    }
}

/// Archives that cannot hold the pulled images.
@Suite(.timeLimit(.minutes(2))) struct WrongArchiveTests {
    private static let hex = String(repeating: "0a", count: 32)

    /// A docker whose pulls print different digests, and whose archive has one image under all names.
    private static let script = """
        case $1 in
        pull) printf 'Digest: sha256:%064d\\n' "$(printf '%s' "$2" | cksum | cut -d ' ' -f 1)" ;;
        save)
            cd "$(mktemp -d)" && touch \(hex).tar
            shift
            names=$(printf '"%s",' "$@")
            printf '[{"Config":"c.json","RepoTags":[%s],"Layers":["\(hex).tar"]}]' "${names%,}" >manifest.json
            tar -cf - \(hex).tar manifest.json
            rm -r "$PWD" ;;
        esac
        """

    /// The bytes in a stream cannot be removed, so no other engine may start.
    @Test func aStreamIsNotWrittenTwice() async throws {
        let docker = try FakeDocker(Self.script)
        defer { withExtendedLifetime(docker) {} }
        let output = DockerSaver.Output.archive(try ArchiveOutput(path: "/dev/null"))
        let saver = DockerSaver(
            runner: try docker.runner(),
            procedure: .shell(compressionLevel: 6),
            archive: "/dev/null",
            output: { output },
            counters: TransferCounters()
        )
        let requests = ["r/a:1", "r/b:1"]
            .map { name in
                PullRequest(image: ImageListEntry(reference: name, file: "list", line: 1), source: ImageName(name))
            }
        let error = await #expect(throws: SavedArchiveError.self) { try await saver.save(requests) }
        #expect(error?.leavesNothing == false)
    }

    @Test func theOlderArchiveStays() async throws {
        let docker = try FakeDocker(Self.script)
        let archive = try docker.directory.write("old", to: "archive")
        let output = DockerSaver.Output.archive(try ArchiveOutput(path: archive))
        let saver = DockerSaver(
            runner: try docker.runner(),
            procedure: .shell(compressionLevel: 6),
            archive: archive,
            output: { output },
            counters: TransferCounters()
        )
        let requests = ["r/a:1", "r/b:1"]
            .map { name in
                PullRequest(image: ImageListEntry(reference: name, file: "list", line: 1), source: ImageName(name))
            }
        try await saver.pull(requests) { _ in }
        let error = await #expect(throws: SavedArchiveError.self) { try await saver.save(requests) }
        saver.discard()
        #expect(
            error?.description
                == "docker save wrote a single image under 2 names, as podman does: use --engine registry"
        )
        #expect(try docker.directory.text("archive") == "old")
        #expect(try docker.directory.names() == ["archive", "bin", "errors", "output"])
    }
}
