import GoldenSuite
import SampleImages
import SystemIO
import TestSupport
import Testing

/// A host whose docker command does not reach a docker daemon of this machine: a directory with the command, podman's store, and two
/// registries.
final class ClientHost: Sendable {
    let directory: TemporaryDirectory
    let source: DistributionRegistry
    let target: DistributionRegistry
    private let list: [String]
    private let environment: [String: String]

    /// - Parameters:
    ///   - docker: A shell command that creates `bin/docker`.
    ///   - socket: The name of podman's socket, for `DOCKER_HOST`; `nil` for none.
    ///   - dockerHost: `DOCKER_HOST` if there is no socket of podman.
    init(_ list: [String], docker: String, socket: String? = nil, dockerHost: String? = nil) async throws {
        self.list = list
        directory = try TemporaryDirectory()
        source = try await Bench.source.value
        target = try DistributionRegistry()
        try directory.write(list.map { $0 + "\n" }.joined(), to: "rancher-images.txt")
        try directory.write(
            "[[registry]]\nlocation = \"\(source.authority)\"\ninsecure = true\n",
            to: "registries.conf"
        )
        try directory.write(
            "[storage]\ndriver = \"vfs\"\ngraphroot = \"\(directory.path("store"))\"\nrunroot = \"\(directory.path("run"))\"\n",
            to: "storage.conf"
        )
        try directory.shell("mkdir bin && \(docker) && chmod 755 bin/docker")
        var environment = [
            "PATH": "\(directory.path("bin")):/usr/local/bin:/usr/bin:/bin", "HOME": directory.path,
            "CONTAINERS_REGISTRIES_CONF": directory.path("registries.conf"),
            "CONTAINERS_STORAGE_CONF": directory.path("storage.conf"),
        ]
        if let dockerHost { environment["DOCKER_HOST"] = dockerHost }
        if let socket {
            let variables = environment.map { "\($0)='\($1)'" }.joined(separator: " ")
            try directory.shell(
                """
                env \(variables) podman system service --time=0 unix://$PWD/\(socket) >log 2>&1 </dev/null &
                echo $! >pid
                for try in $(seq 300); do [ -S \(socket) ] && exit; sleep 0.1; done
                cat log >&2; exit 1
                """
            )
            environment["DOCKER_HOST"] = "unix://\(directory.path(socket))"
        }
        self.environment = environment
    }

    deinit {
        _ = try? directory.shell("kill $(cat pid)")
    }

    func save(_ words: String...) async throws -> (exit: Int32, stdout: String, stderr: String) {
        try await run("rancher-save-images", ["-s", source.authority] + words)
    }

    func load(_ engine: String) async throws -> (exit: Int32, stdout: String, stderr: String) {
        try await run(
            "rancher-load-images",
            ["-s", source.authority, "-r", target.authority, "--engine", engine, "--strict"]
        )
    }

    /// Loads the archive into the target, and compares the images with the sources.
    func expectLoadedImagesAreTheSources() async throws {
        let loaded = try await load("registry")
        #expect(loaded.exit == 0, "\(loaded.stderr)")
        for name in list {
            let pushed = name.contains("/") ? name : "rancher/\(name)"
            #expect(try target.imageID(pushed) == source.imageID(name), "\(name)")
        }
    }

    private func run(
        _ executable: String,
        _ words: [String]
    ) async throws -> (exit: Int32, stdout: String, stderr: String) {
        let outcome = try await ChildProcess.run(
            ["/usr/bin/env", "-C", directory.path, "\(try Suite().products)/\(executable)"] + words,
            environment: environment,
            output: .keep(last: 1 << 20),
            timeLimit: .seconds(120)
        )
        return (
            outcome.status.shellStatus, String(decoding: outcome.output, as: UTF8.self),
            String(decoding: outcome.errors, as: UTF8.self)
        )
    }
}
