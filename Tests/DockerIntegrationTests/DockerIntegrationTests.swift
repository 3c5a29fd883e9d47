import FoundationEssentials
import GoldenSuite
import TestSupport
import Testing

/// The executables with a real docker daemon and real registries.
@Suite(.serialized, .enabled(if: Machine.canRunDocker, "needs root and docker.io"), .timeLimit(.minutes(10)))
struct DockerIntegrationTests {
    private static let fixture = "saved/docker-20.10"

    @Test func savedAndLoadedByDocker() async throws {
        let bench = try await Bench()
        let saved = try await bench.save(engine: "docker")
        #expect(saved.exit == 0)
        #expect(
            saved.stdout == bench.list.map { "Image pull success: SOURCE/\($0)" } + [
                "Creating rancher-images.tar.gz with 10 images"
            ]
        )

        let loaded = try await bench.load(engine: "docker")
        #expect(loaded.exit == 0)
        #expect(loaded.stdout == (try Self.recordedOutput("load-1.stdout")))
        #expect(try bench.target.tags() == (try Self.recordedTags()))

        let again = try await bench.load(engine: "docker")
        #expect(again.stdout == (try Self.recordedOutput("load-2.stdout")))
    }

    /// Docker compresses the layers of loaded images again, so their digests differ. The digests of the configurations are the same. As
    /// in an archive of docker's containerd store, older dockers see only one name of an image that is also in a list, which is
    /// reported.
    @Test func savedByTheRegistryEngineAndLoadedByDocker() async throws {
        let bench = try await Bench()
        let saved = try await bench.save(engine: "registry", words: ["--verbose"])
        #expect(saved.exit == 0)
        for name in ["rancher/tiny:v1", "rancher/tiny:v1-again"] {
            #expect(
                saved.stderr.contains(
                    "/\(name) is not in manifest.json, as in docker's own archives"
                )
            )
        }
        #expect(try await bench.load(engine: "docker").exit == 0)
        let pushed = try bench.target.tags().keys.sorted()
        #expect(pushed == (try Self.recordedTags().keys.filter { !$0.contains("/tiny:") }.sorted()))
        for name in pushed { #expect(try bench.target.imageID(name) == (try Self.recordedImageID(name)), "\(name)") }
    }

    /// A docker without the containerd store ignores signatures, and loads the same images.
    @Test func signaturesDoNotBreakOtherReaders() async throws {
        let bench = try await Bench(list: ["rancher/tiny:v1"])
        try await bench.sign("rancher/tiny:v1")
        let saved = try await bench.save(engine: "registry", words: ["--with-referrers"])
        #expect(saved.exit == 0)
        #expect(saved.stderr.contains("1 signature or attestation saved"))
        #expect(try await bench.load(engine: "docker").exit == 0)
        #expect(try bench.target.tags().keys.sorted() == ["mirror/rancher/tiny:v1"])
    }

    @Test func savedByDockerAndLoadedByTheRegistryEngine() async throws {
        let bench = try await Bench()
        #expect(try await bench.save(engine: "docker").exit == 0)
        let loaded = try await bench.load(engine: "registry")
        #expect(loaded.exit == 0, "\(loaded.stderr)")
        let pushed = try bench.target.tags().keys.sorted()
        #expect(pushed == (try Self.recordedTags().keys.sorted()))
        for name in pushed { #expect(try bench.target.imageID(name) == (try Self.recordedImageID(name)), "\(name)") }
    }

    static let savedArchives: KeyValuePairs<String, [String]?> = [
        "docker-20.10": nil, "docker-26.1": nil, "docker-28.5": nil, "docker-28.5-containerd": nil,
        "docker-28.5-containerd-chart": ["rancher/tiny:v1"],
    ]

    /// Archives of several docker versions, loaded by the registry engine, are pulled by docker with their original image IDs.
    @Test(arguments: savedArchives)
    func loadedArchivesArePulledAsTheSameImages(engine: String, list: [String]?) async throws {
        let bench = try await Bench(list: list)
        let archive = Fixtures.path("saved/\(engine)/rancher-images.tar.gz")
        let loaded = try await bench.load(engine: "registry", words: ["-s", "127.0.0.1:5001", "-i", archive])
        #expect(loaded.exit == 0, "\(loaded.stderr)")
        let pushed = try bench.target.tags().keys.sorted()
        #expect(pushed.count == bench.list.count)
        for name in pushed {
            #expect(try await bench.pulledImageID(name) == (try Self.recordedImageID(name)), "\(name)")
        }
    }

    /// An image that only docker has is saved from docker.
    @Test(arguments: ["containerd", "legacy"])
    func theRegistryEngineFallsBackToDocker(_ format: String) async throws {
        let bench = try await Bench(list: ["rancher/tiny:v1", "rancher/own:v1", "rancher/absent:v1"])
        try await bench.docker("pull", bench.name("rancher/names:v1"))
        try await bench.docker("tag", bench.name("rancher/names:v1"), bench.name("rancher/own:v1"))

        let saved = try await bench.save(engine: "registry", words: ["--archive-format", format])
        #expect(saved.exit == 0, "\(saved.stderr)")
        #expect(
            saved.stdout == [
                "Image pull success: SOURCE/rancher/tiny:v1", "Image pull failed: SOURCE/rancher/absent:v1",
                "Creating rancher-images.tar.gz with 2 images",
            ]
        )
        #expect(saved.stderr.contains("/rancher/own:v1: "))
        #expect(saved.stderr.contains("the image in docker's local store is saved"))

        #expect(try await bench.load(engine: "registry").exit == 0)
        #expect(
            try bench.target.imageID("mirror/rancher/own:v1") == (try Self.recordedImageID("mirror/rancher/names:v1"))
        )
        #expect(
            try bench.target.imageID("mirror/rancher/tiny:v1") == (try Self.recordedImageID("mirror/rancher/tiny:v1"))
        )
    }

    /// `auto` finds the daemon by `DOCKER_HOST`.
    @Test func dockerIsFoundByDockerHost() async throws {
        let bench = try await Bench()
        let saved = try await bench.save(engine: "auto", words: ["--verbose"])
        #expect(saved.exit == 0)
        #expect(saved.stderr.contains("the docker engine moves the images: there is a docker command in PATH"))
    }

    /// D14: `docker manifest create` needs `--insecure` for a loopback registry without TLS.
    @Test func manifestListsAreCreatedInARegistryWithoutTLS() async throws {
        let bench = try await Bench(list: ["rancher/tiny:v1"])
        #expect(try await bench.save(engine: "docker").exit == 0)
        let words = ["--windows-image-list", "rancher-images.txt", "--windows-versions", ""]
        let loaded = try await bench.load(engine: "docker", words: words)
        #expect(loaded.exit == 0, "\(loaded.stderr)")
        let lines = loaded.stdout.suffix(3)
        #expect(lines.first == "Preparing manifest TARGET/rancher/tiny:v1, list[linux-amd64]")
        #expect(lines.dropFirst().first == "Created manifest list TARGET/rancher/tiny:v1")
        let tags = try bench.target.tags()
        #expect(tags["mirror/rancher/tiny:v1"] == lines.last)
        #expect(tags["mirror/rancher/tiny:v1-linux-amd64"] != nil)
        #expect(loaded.stderr.contains("docker manifest create took --insecure"))
    }

    /// The comparison with official scripts, with scripts of a few lines that call docker and gzip.
    @Test func theExecutablesMatchPlainCommands() async throws {
        let bench = try await Bench()
        let scripts = try TemporaryDirectory()
        try scripts.write(
            """
            for name in $(cat rancher-images.txt); do
                docker pull "$2/$name" >/dev/null && echo "Image pull success: $2/$name"
                names="$names $2/$name"
            done
            echo "Creating rancher-images.tar.gz with $(echo $names | wc -w) images"
            docker save $names | gzip >rancher-images.tar.gz
            """,
            to: "rancher-save-images.sh"
        )
        let load = """
            docker load --input rancher-images.tar.gz
            for name in $(cat rancher-images.txt); do
                case $name in */*) target=$4/$name;; *) target=$4/rancher/$name;; esac
                docker tag "$2/$name" "$target"
                docker push "$target"
            done

            """
        try scripts.write(load, to: "rancher-load-images.sh")
        #expect(try await bench.compare(scripts) == .same)

        try scripts.write(
            load.replacing("docker push", with: "[ $name = busybox:1 ] || docker push"),
            to: "rancher-load-images.sh"
        )
        guard case .different(let lines) = try await bench.compare(scripts) else {
            Issue.record("an image that is not pushed makes no difference")
            return
        }
        #expect(lines.contains { $0.hasPrefix("mirror/rancher/busybox:1: missing (script)") })
    }

    /// The recorded output of the official script, without the images that docker 20.10 cannot pull.
    private static func recordedOutput(_ name: String) throws -> [String] {
        let text = try Fixtures.text("\(fixture)/\(name)")
        return DockerOutput.stable(text, names: ["127.0.0.1:5001": "SOURCE", "127.0.0.1:5002/mirror": "TARGET"])
            .filter { !$0.hasSuffix("/zstd]") }
    }

    private struct RecordedTag: Decodable {
        var digest: String
        var manifest: String
    }

    private static func recorded() throws -> [String: RecordedTag] {
        try JSONDecoder().decode([String: RecordedTag].self, from: Data(try Fixtures.bytes("\(fixture)/registry.json")))
    }

    static func recordedTags() throws -> [String: String] { try recorded().mapValues(\.digest) }

    static func recordedImageID(_ name: String) throws -> String {
        try ImageID.of(try #require(try recorded()[name]).manifest)
    }
}

/// The digest of a manifest's configuration.
enum ImageID {
    private struct Manifest: Decodable {
        struct Configuration: Decodable { var digest: String }
        var config: Configuration
    }

    static func of(_ manifest: String) throws -> String {
        try JSONDecoder().decode(Manifest.self, from: Data(manifest.utf8)).config.digest
    }
}

extension DistributionRegistry {
    /// The configuration digest of the image `REPOSITORY:TAG`.
    func imageID(_ name: String) throws -> String {
        try ImageID.of(String(decoding: try content(try #require(try tags()[name])), as: UTF8.self))
    }
}
