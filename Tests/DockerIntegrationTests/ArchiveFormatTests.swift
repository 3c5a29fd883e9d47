import TestSupport
import Testing

/// Archives of the registry engine with unpacked layers, and a real docker that loads them.
@Suite(.serialized, .enabled(if: Machine.canRunDocker, "needs root and docker.io"), .timeLimit(.minutes(10)))
struct ArchiveFormatTests {
    /// The identifiers of images are the digests of their configurations, and stay those of the source.
    @Test(arguments: ["docker", "legacy"])
    func dockerLoadsTheSameImages(format: String) async throws {
        let bench = try await Bench()
        #expect(try await bench.save(engine: "registry", words: ["--archive-format", format]).exit == 0)
        let loaded = try await bench.load(engine: "docker")
        #expect(loaded.exit == 0, "\(loaded.stderr)")
        let pushed = try bench.target.tags().keys.sorted()
        #expect(pushed == (try DockerIntegrationTests.recordedTags().keys.sorted()))
        for name in pushed {
            #expect(try bench.target.imageID(name) == (try DockerIntegrationTests.recordedImageID(name)), "\(name)")
        }
    }
}
