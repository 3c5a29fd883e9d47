import FoundationEssentials
import TestSupport
import Testing

/// Docker's own command without a daemon: the registry engine saves and loads.
@Suite(
    .serialized,
    .enabled(if: Machine.has("docker") && Machine.hasRegistry, "needs docker.io and docker-registry"),
    .timeLimit(.minutes(10))
)
struct NoDaemonTests {
    @Test(arguments: [
        "unix:///nowhere/docker.sock", "tcp://127.0.0.1:1", "tcp://nobody.invalid:2375", "ssh://127.0.0.1:1",
    ])
    func theRegistryEngineSavesAndLoads(_ dockerHost: String) async throws {
        let host = try await ClientHost(
            ["rancher/names:v1", "rancher/tiny:v1"],
            docker: "ln -s \"$(command -v docker)\" bin/docker",
            dockerHost: dockerHost
        )
        let saved = try await host.save()
        #expect(saved.exit == 0, "\(saved.stderr)")
        #expect(
            saved.stderr.contains(
                "the registry engine moves the images: no docker daemon can be reached (docker pull: "
            )
        )
        #expect(!saved.stderr.contains("docker inspect"))
        let loaded = try await host.load("auto")
        #expect(loaded.exit == 0, "\(loaded.stderr)")
        #expect(
            loaded.stderr.contains(
                "the registry engine moves the images: no docker daemon can be reached (docker load: "
            )
        )
        #expect(loaded.stderr.components(separatedBy: "annot connect").count <= 2, "docker's message is shown once")
        #expect(try host.target.tags().keys.sorted() == ["rancher/names:v1", "rancher/tiny:v1"])
    }

    @Test func aNamedEngineFails() async throws {
        let host = try await ClientHost(
            ["rancher/names:v1"],
            docker: "ln -s \"$(command -v docker)\" bin/docker",
            dockerHost: "unix:///nowhere/docker.sock"
        )
        let saved = try await host.save("--engine", "docker")
        #expect(saved.exit == 1)
        #expect(saved.stdout.hasPrefix("Image pull failed: "))
    }
}
