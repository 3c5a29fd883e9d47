import FoundationEssentials
import SampleImages
import SystemIO
import TestSupport

/// Compares official shell scripts with the executables on a real docker and real registries on this machine.
package struct RealDocker: Sendable {
    private let suite: Suite
    private let scripts: String
    private let environment: [String: String]

    /// The results of a side.
    private struct Result {
        var stdout: [[String]] = []
        var exit: [Int32] = []
        var archive: ArchiveListing
        var tags: [String: String]
    }

    /// A comparison with the scripts of a directory.
    ///
    /// - Parameter environment: the environment of docker's client, which locates the daemon.
    package init(
        _ suite: Suite,
        scripts: String,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        self.suite = suite
        self.scripts = scripts
        self.environment = environment
    }

    /// The name of the comparison in a table.
    package static let name = "real docker"

    /// Saves the sample images with both sides, loads each archive into a registry of its own, and compares what was printed,
    /// the archives entry by entry, and the registries tag by tag.
    package func compare() async throws -> Comparison.Verdict {
        if let reason = try await whyNot() { return .notRun(reason) }
        let source = try DistributionRegistry(allowsURLs: true)
        try await SampleImages(directory: Fixtures.path("source")).push(to: source.authority)
        let official = try await run(source, { name in ["bash", "\(scripts)/\(name).sh"] }, variables: [:])
        let ours = try await run(
            source,
            { name in ["\(suite.products)/\(name)"] },
            variables: ["RANCHER_IMAGES_ENGINE": "docker"]
        )

        var lines: [String] = []
        if official.exit != ours.exit {
            lines.append("exit status: \(official.exit) (script), \(ours.exit) (executable)")
        }
        for (script, executable) in zip(official.stdout, ours.stdout) where script != executable {
            lines += ["standard output (script):"] + script.map { "  " + $0 }
            lines += ["standard output (executable):"] + executable.map { "  " + $0 }
        }
        lines += official.archive.differences(from: ours.archive)
        for tag in Set(official.tags.keys).union(ours.tags.keys).sorted() where official.tags[tag] != ours.tags[tag] {
            lines.append(
                "\(tag): \(official.tags[tag] ?? "missing") (script), \(ours.tags[tag] ?? "missing") (executable)"
            )
        }
        return lines.isEmpty ? .same : .different(lines)
    }

    private func whyNot() async throws -> String? {
        for name in ["rancher-save-images.sh", "rancher-load-images.sh"] {
            guard FileManager.default.fileExists(atPath: "\(scripts)/\(name)") else { return "no \(name)" }
        }
        for command in ["docker", "docker-registry"] {
            guard ChildProcess.isInstalled(command, environment: environment) else {
                return "\(command) is not installed"
            }
        }
        let version = try await ChildProcess.run(
            ["docker", "version"],
            environment: environment,
            timeLimit: .seconds(10)
        )
        return version.status.isSuccess ? nil : "no docker daemon answers"
    }

    /// Sample images that every docker can pull: no layers of zstd, and none for Windows.
    private static func list() throws -> [String] {
        try Fixtures.text("list.txt").split(separator: "\n").map(String.init)
            .filter { !$0.contains("zstd") && !$0.contains("windows") }
    }

    /// Saves and loads with one side.
    private func run(
        _ source: DistributionRegistry,
        _ command: (String) -> [String],
        variables: [String: String]
    ) async throws -> Result {
        let target = try DistributionRegistry()
        let directory = try TemporaryDirectory()
        let list = try Self.list()
        try directory.write(list.map { $0 + "\n" }.joined(), to: "rancher-images.txt")
        let commands = [
            command("rancher-save-images") + ["-s", source.authority],
            command("rancher-load-images") + ["-s", source.authority, "-r", "\(target.authority)/mirror"],
        ]
        var stdout: [[String]] = []
        var exit: [Int32] = []
        for command in commands {
            let outcome = try await ChildProcess.run(
                ["/usr/bin/env", "-C", directory.path] + command,
                environment: environment.merging(variables) { $1 },
                output: .keep(last: 1 << 20),
                timeLimit: .seconds(600)
            )
            let text = String(decoding: outcome.output, as: UTF8.self)
            stdout.append(DockerOutput.stable(text, names: [source.authority: "SOURCE", target.authority: "TARGET"]))
            exit.append(outcome.status.shellStatus)
        }
        let archive = try ArchiveListing(directory.path("rancher-images.tar.gz"))
        try await removeImages(list, source, target)
        return Result(stdout: stdout, exit: exit, archive: archive, tags: try target.tags())
    }

    /// Removes from docker what was pulled, loaded and tagged.
    private func removeImages(_ list: [String], _ source: DistributionRegistry, _ target: DistributionRegistry)
        async throws
    {
        let names = list.flatMap { name in
            let pushed = name.contains("/") ? name : "rancher/\(name)"
            return ["\(source.authority)/\(name)", "\(target.authority)/mirror/\(pushed)"]
        }
        _ = try await ChildProcess.run(["docker", "rmi", "--force"] + names, environment: environment)
    }
}
