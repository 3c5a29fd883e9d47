import ChildProcess
import ImageEngine
import ScriptInterface

/// Charts by the helm command, where docker does not handle them like images.
struct HelmCharts: ChartMover {
    private let runner: CommandRunner

    private init(_ runner: CommandRunner) { self.runner = runner }

    /// What the scripts find out before a list with charts: docker handles them where it has the containerd store, else helm.
    ///
    /// - Throws: ``DockerEngineError`` where there is neither (D13).
    static func handling(_ runner: CommandRunner) async throws -> ChartHandling {
        let info = try await runner.quiet(["docker", "info"])
        let text = String(decoding: info.output, as: UTF8.self).lowercased()
        if text.contains("containerd.snapshotter") { return .images }

        guard ChildProcess.isInstalled("helm", environment: runner.environment) else {
            throw DockerEngineError(
                description:
                    "the list has OCI Helm charts, which docker does not handle without its containerd image store,"
                    + " and there is no helm: install helm 3.8 or later, or give docker the containerd image store"
            )
        }
        let version = try await runner.quiet(["helm", "version", "--short"])
        let printed = String(decoding: version.output, as: UTF8.self)
        guard let number = HelmVersion(printed), number >= .firstWithCharts else {
            let found =
                printed.split(whereSeparator: \.isNewline).first.map { "is \($0)" } ?? "does not tell its version"
            throw DockerEngineError(
                description:
                    "the list has OCI Helm charts, which docker does not handle without its containerd image store,"
                    + " and helm \(found): install helm 3.8 or later"
            )
        }
        runner.console.print(ScriptLines.helmFallback)
        return .files(HelmCharts(runner))
    }

    func pull(_ url: String, version: String, into folder: String) async throws {
        let outcome = try await runner.quiet(["helm", "pull", url, "--version", version, "-d", folder])
        try Self.require(outcome, "helm pull")
    }

    func push(_ file: String, to url: String, plainHTTP: Bool) async throws {
        let outcome = try await runner.shown(["helm", "push", file, url] + (plainHTTP ? ["--plain-http"] : []))
        try Self.require(outcome, "helm push")
    }

    private static func require(_ outcome: ChildProcess.Outcome, _ name: String) throws(ChartError) {
        guard !outcome.status.isSuccess else { return }
        throw ChartError(outcome.cause(of: name), status: outcome.status.shellStatus)
    }
}
