import FoundationEssentials
import GoldenSuite
import SampleImages
import SystemIO
import TestSupport

/// A docker daemon without images, a registry with the sample images, an empty registry, and a directory to run the executables in.
struct Bench {
    /// The outcome of an executable.
    struct Run {
        let exit: Int32
        /// The lines without variable parts, with SOURCE and TARGET for the registries.
        let stdout: [String]
        let stderr: String
    }

    /// The list: the sample images that docker 20.10 can pull.
    let list: [String]
    /// The registry that images are loaded into, below `mirror`.
    let target: DistributionRegistry

    private let source: DistributionRegistry
    private let daemon: DockerDaemon
    private let directory: TemporaryDirectory
    private let suite: Suite

    /// The daemon of all tests. They run one after the other, and each removes the images of the one before.
    private static let daemon = Shared { try DockerDaemon() }

    /// The registry with the sample images, which no test of this module changes except by adding a signature.
    static let source = Shared {
        let registry = try DistributionRegistry(allowsURLs: true)
        try await SampleImages(directory: Fixtures.path("source")).push(to: registry.authority)
        return registry
    }

    init(list: [String]? = nil) async throws {
        suite = try Suite()
        daemon = try await Self.daemon.value
        source = try await Self.source.value
        target = try DistributionRegistry()
        directory = try TemporaryDirectory()
        self.list =
            try list
            ?? Fixtures.text("list.txt").split(separator: "\n").map(String.init)
            .filter { !$0.contains("zstd") && !$0.contains("windows") }
        try await docker("system", "prune", "--all", "--force")
        try directory.write(self.list.map { $0 + "\n" }.joined(), to: "rancher-images.txt")
    }

    func save(engine: String, words: [String] = []) async throws -> Run {
        try await run("rancher-save-images", ["-s", source.authority, "--engine", engine] + words)
    }

    func load(engine: String, words: [String] = []) async throws -> Run {
        let registry = ["-s", source.authority, "-r", "\(target.authority)/mirror"]
        return try await run("rancher-load-images", registry + ["--engine", engine] + words)
    }

    /// Adds a dummy cosign signature of an image to the registry with the samples.
    func sign(_ image: String) async throws {
        let digest = try source.tags()[image] ?? ""
        let repository = name(String(image.prefix { $0 != ":" }))
        let signature = SyntheticReferrer("a signature of \(digest)")
        try await SampleImages.push(
            signature.manifest,
            blobs: [signature.configuration, signature.layer],
            as: "\(repository):\(digest.replacing(":", with: "-")).sig"
        )
    }

    /// An image's name in the registry with the samples.
    func name(_ image: String) -> String { "\(source.authority)/\(image)" }

    /// Runs a docker command.
    ///
    /// - Returns: its last line.
    @discardableResult
    func docker(_ words: String...) async throws -> String {
        let outcome = try await ChildProcess.run(
            ["docker"] + words,
            environment: environment,
            output: .keep(last: 1 << 10)
        )
        guard outcome.status.isSuccess else { throw TestSupportError(String(decoding: outcome.errors, as: UTF8.self)) }
        return String(decoding: outcome.output, as: UTF8.self).split(separator: "\n").last.map(String.init) ?? ""
    }

    /// Pulls a loaded image with docker, and returns its image ID.
    func pulledImageID(_ name: String) async throws -> String {
        try await docker("pull", "\(target.authority)/\(name)")
        return try await docker("image", "inspect", "--format", "{{.Id}}", "\(target.authority)/\(name)")
    }

    /// Runs a shell command in the directory.
    func shell(_ command: String) throws { try directory.shell(command) }

    /// Compares scripts with the executables on the daemon.
    func compare(_ scripts: TemporaryDirectory) async throws -> Comparison.Verdict {
        try await RealDocker(suite, scripts: scripts.path, environment: environment).compare()
    }

    private var environment: [String: String] {
        ProcessInfo.processInfo.environment
            .merging(["DOCKER_HOST": daemon.host, "DOCKER_CONFIG": daemon.configuration]) { $1 }
    }

    private func run(_ executable: String, _ words: [String]) async throws -> Run {
        let outcome = try await ChildProcess.run(
            ["/usr/bin/env", "-C", directory.path, "\(suite.products)/\(executable)"] + words,
            environment: environment,
            output: .keep(last: 1 << 20),
            timeLimit: .seconds(300)
        )
        let names: KeyValuePairs = [source.authority: "SOURCE", "\(target.authority)/mirror": "TARGET"]
        return Run(
            exit: outcome.status.shellStatus,
            stdout: DockerOutput.stable(String(decoding: outcome.output, as: UTF8.self), names: names),
            stderr: String(decoding: outcome.errors, as: UTF8.self)
        )
    }
}
