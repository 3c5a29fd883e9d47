import CommandLine
import Commands
import SampleImages
import SystemIO
import TestSupport

/// Runs the programs inside of this process, in a directory of its own.
struct Bench {
    /// The result of a run.
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String

        /// The lines of standard output.
        var lines: [String] {
            output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
        }
    }

    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// The path of a name in the directory.
    func path(_ name: String) -> String { directory.path(name) }

    /// Runs a program.
    ///
    /// - Parameters:
    ///   - words: the arguments.
    ///   - name: `$0`.
    ///   - environment: additional variables. Without them there is no docker and no login, and requests are retried for a second.
    func run(
        _ program: Program,
        _ words: [String],
        as name: String? = nil,
        environment: [String: String] = [:]
    ) async throws -> Outcome {
        let output = try TemporaryDirectory()
        let status = try await run(
            program,
            words,
            as: name,
            environment: environment,
            output: File(output.path("output"), for: .creating),
            errors: File(output.path("errors"), for: .creating)
        )
        return Outcome(status: status, output: try output.text("output"), errors: try output.text("errors"))
    }

    /// Runs a program with streams.
    ///
    /// - Returns: the exit status.
    func run(
        _ program: Program,
        _ words: [String],
        as name: String? = nil,
        environment: [String: String] = [:],
        output: File,
        errors: File
    ) async throws -> Int32 {
        let typed = name ?? (program == .save ? "rancher-save-images" : "rancher-load-images")
        let empty = try TemporaryDirectory()
        return await CommandLineTool.run(
            program,
            arguments: [typed] + words,
            environment: [
                "PATH": empty.path, "DOCKER_CONFIG": empty.path, "XDG_RUNTIME_DIR": empty.path,
                "RANCHER_IMAGES_PATIENCE": "1s",
            ]
            .merging(environment) { $1 },
            output: output,
            errors: errors
        )
    }

    /// Writes a list to the directory, and saves it to `images.tar.gz`.
    func save(
        _ list: [String],
        from registry: String,
        _ words: [String] = [],
        environment: [String: String] = [:]
    ) async throws -> Outcome {
        try directory.write(list.map { $0 + "\n" }.joined(), to: "list.txt")
        let files = ["-l", path("list.txt"), "-i", path("images.tar.gz")]
        return try await run(.save, files + ["-s", registry] + words, environment: environment)
    }

    /// Loads an archive, by default that of ``save(_:from:_:environment:)``.
    func load(
        _ archive: String? = nil,
        source: String,
        target: String,
        _ words: [String] = [],
        environment: [String: String] = [:]
    ) async throws -> Outcome {
        let files = ["-l", path("list.txt"), "-i", archive ?? path("images.tar.gz")]
        return try await run(.load, files + ["-s", source, "-r", target] + words, environment: environment)
    }
}

extension DistributionRegistry {
    /// A registry with the sample images for tests that only read from it.
    static let samples = Shared { try await DistributionRegistry.withSamples() }

    /// A registry with the sample images.
    ///
    /// - Parameter foreignHost: the host of the URLs of foreign layers.
    static func withSamples(foreignHost: String = SampleImages.foreignHost) async throws -> DistributionRegistry {
        let registry = try DistributionRegistry(allowsURLs: true)
        let samples = SampleImages(directory: Fixtures.path("source"))
        try await samples.push(to: registry.authority, foreignHost: foreignHost)
        return registry
    }
}

/// The list of the sample images.
func sampleList() throws -> [String] {
    try Fixtures.text("list.txt").split(separator: "\n").map(String.init)
}
