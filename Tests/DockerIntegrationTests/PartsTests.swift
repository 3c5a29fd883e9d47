import TestSupport
import Testing

/// Archives in parts, and a real docker that saves and loads them.
@Suite(.serialized, .enabled(if: Machine.canRunDocker, "needs root and docker.io"), .timeLimit(.minutes(10)))
struct PartsTests {
    /// The samples fit into one part. The archive without a number does not exist.
    @Test(arguments: [("docker", []), ("registry", ["--archive-format", "docker"])])
    func dockerLoadsThem(engine: String, format: [String]) async throws {
        let bench = try await Bench()
        #expect(try await bench.save(engine: engine, words: ["--split", "1M"] + format).exit == 0)
        try bench.shell("test ! -e rancher-images.tar.gz && sha256sum --strict -c rancher-images.tar.gz.sha256")
        try bench.shell(
            "mv rancher-images.tar.gz.001 a && split -b 20000 -a 3 --numeric-suffixes=1 a rancher-images.tar.gz."
        )
        let loaded = try await bench.load(engine: "docker")
        #expect(loaded.exit == 0)
        #expect(try bench.target.tags().keys.sorted() == DockerIntegrationTests.recordedTags().keys.sorted())
    }

    /// If docker cannot read the archive, the message names the missing part.
    @Test func aMissingPartIsReported() async throws {
        let bench = try await Bench()
        #expect(try await bench.save(engine: "docker").exit == 0)
        try bench.shell("split -b 20000 -a 3 --numeric-suffixes=1 rancher-images.tar.gz rancher-images.tar.gz.")
        try bench.shell("rm rancher-images.tar.gz rancher-images.tar.gz.002")
        // Images that docker still has from the save are pushed, as with the script.
        let loaded = try await bench.load(engine: "docker")
        #expect(loaded.exit == 0)
        #expect(loaded.stderr.contains("rancher-images.tar.gz: cannot open rancher-images.tar.gz.002: No such file"))
    }
}
