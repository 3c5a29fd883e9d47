import Engine
import TestSupport
import Testing

@testable import DockerEngine

@Suite(.timeLimit(.minutes(2))) struct DockerLoaderTests {
    @Test func aLoadIsAStage() async throws {
        let docker = try FakeDocker(#"cat "${0%/*}/../pipe""#)
        try docker.directory.shell("mkfifo pipe")
        let counters = TransferCounters()
        let loader = DockerLoader(
            runner: try docker.runner(),
            archive: ["archive"],
            isInsecure: { _ in false },
            counters: counters
        )
        async let loaded = loader.load()
        // Docker waits for its pipe.
        for _ in 0..<6000 where counters.snapshot.stage == nil { try await Task.sleep(for: .milliseconds(10)) }
        #expect(counters.snapshot.stage == .loading)
        try docker.directory.shell("echo >pipe")
        #expect(try await loaded.cause == nil)
        #expect(counters.snapshot.stage == nil)
    }
}
