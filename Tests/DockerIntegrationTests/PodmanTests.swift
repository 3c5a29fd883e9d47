import FoundationEssentials
import TestSupport
import Testing

/// The executables on hosts whose docker is podman: under docker's name, through a wrapper, or through a socket.
@Suite(
    .serialized,
    .enabled(if: Machine.canRunPodman && Machine.hasRegistry, "needs root, podman and docker-registry"),
    .timeLimit(.minutes(10))
)
struct PodmanTests {
    private static let list = ["rancher/tiny:v1", "rancher/names:v1", "busybox:1"]

    /// A shell command that creates `bin/docker`, and the evidence by which podman is recognized.
    private static let commands: [(make: String, evidence: String)] = [
        ("ln -s /usr/bin/podman bin/docker", "is a link to /usr/bin/podman"),
        (
            #"printf '#!/bin/sh\necho Emulate Docker CLI >&2\nexec /usr/bin/podman "$@"\n' >bin/docker"#,
            "bin/docker runs podman"
        ),
        (
            #"printf '#!/bin/sh\nname=pod\nexec /usr/bin/${name}man "$@"\n' >bin/docker"#,
            "docker pull: Getting image source signatures"
        ),
        (
            #"printf '#!/bin/sh\nname=pod\n[ $1 = pull ] && exec 2>/dev/null\nexec ${name}man "$@"\n' >bin/docker"#,
            "docker save wrote a single image under 3 names"
        ),
    ]

    @Test(arguments: commands.indices)
    func severalImagesStaySeveral(_ index: Int) async throws {
        let (make, evidence) = Self.commands[index]
        let host = try await ClientHost(Self.list, docker: make)
        let saved = try await host.save()
        #expect(saved.exit == 0, "\(saved.stderr)")
        #expect(
            saved.stdout == Self.list.map { "Image pull success: \(host.source.authority)/\($0)\n" }.joined()
                + "Creating rancher-images.tar.gz with 3 images\n"
        )
        #expect(saved.stderr.contains(evidence), "\(saved.stderr)")
        #expect(saved.stderr.components(separatedBy: "the registry engine moves the images").count == 2)
        try await host.expectLoadedImagesAreTheSources()
    }

    @Test func aNamedEngineDoesNotWriteOneImageUnderThreeNames() async throws {
        let host = try await ClientHost(Self.list, docker: Self.commands[0].make)
        try host.directory.write("older", to: "rancher-images.tar.gz")
        let saved = try await host.save("--engine", "docker")
        #expect(saved.exit == 1)
        #expect(
            saved.stderr.contains(
                "docker save wrote a single image under 3 names, as podman does: use --engine registry"
            )
        )
        #expect(try host.directory.text("rancher-images.tar.gz") == "older")
    }

    @Test func threeNamesOfOneImageAreOneImage() async throws {
        let host = try await ClientHost(["rancher/tiny:v1", "rancher/tiny:v1-again"], docker: Self.commands[0].make)
        let saved = try await host.save("--engine", "docker")
        #expect(saved.exit == 0, "\(saved.stderr)")
        try await host.expectLoadedImagesAreTheSources()
    }

    /// Docker's own command on podman's socket, which has podman's name or another one.
    @Test(
        .enabled(if: Machine.has("docker"), "needs docker.io"),
        arguments: [("podman.sock", "auto", true), ("engine.sock", "auto", false), ("engine.sock", "docker", false)]
    )
    func bySocket(_ name: String, _ engine: String, isRecognized: Bool) async throws {
        let host = try await ClientHost(Self.list, docker: "ln -s \"$(command -v docker)\" bin/docker", socket: name)
        let saved = try await host.save("--engine", engine)
        #expect(saved.exit == 0, "\(saved.stderr)")
        #expect(saved.stderr.contains("docker is podman here (DOCKER_HOST is ") == isRecognized, "\(saved.stderr)")
        try await host.expectLoadedImagesAreTheSources()
    }

    @Test func aLoadIsTheRegistryEngines() async throws {
        let host = try await ClientHost(Self.list, docker: Self.commands[1].make)
        #expect(try await host.save().exit == 0)
        let loaded = try await host.load("auto")
        #expect(loaded.exit == 0, "\(loaded.stderr)")
        #expect(loaded.stderr.contains("the registry engine moves the images: docker is podman here"))
    }
}
