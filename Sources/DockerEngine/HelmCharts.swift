import ChildProcess
import ImageEngine

/// Charts by the helm command, where docker does not handle them like images.
struct HelmCharts: ChartMover {
    private let runner: CommandRunner

    private init(_ runner: CommandRunner) { self.runner = runner }

    /// What the scripts find out before a list with charts: docker handles them where it has the containerd store, else helm.
    static func handling(_ runner: CommandRunner) async throws -> ChartHandling {
        let info = try await runner.quiet(["docker", "info"])
        let text = String(decoding: info.output, as: UTF8.self).lowercased()
        if text.contains("containerd.snapshotter") { return .images }

        guard ChildProcess.isInstalled("helm", environment: runner.environment) else { throw ChartSupportError.noHelm }
        let version = try await runner.quiet(["helm", "version", "--short"])
        let printed = String(decoding: version.output, as: UTF8.self)
        guard let number = HelmVersion(printed), number >= .firstWithCharts else {
            let line = printed.split(whereSeparator: \.isNewline).first ?? ""
            throw ChartSupportError.oldHelm(version: String(line))
        }
        return .helm(HelmCharts(runner))
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
        throw ChartError(
            outcome.cause(of: name),
            status: outcome.status.shellStatus,
            output: outcome.output + outcome.errors
        )
    }
}

/// The version that `helm version --short` prints: `v3.14.2+gc309b6f`.
struct HelmVersion: Equatable, Comparable {
    let major: Int
    let minor: Int

    /// The first one that has OCI charts without an experimental switch.
    static let firstWithCharts = HelmVersion(major: 3, minor: 8)

    init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Reads what helm prints; helm 2 writes `Client: ` in front.
    init?(_ text: String) {
        let digits = text.drop { !$0.isWholeNumber }.prefix { $0.isWholeNumber || $0 == "." }
        let numbers = digits.split(separator: ".").prefix(2).map { Int($0) }
        guard numbers.count == 2, let major = numbers[0], let minor = numbers[1] else { return nil }
        self.init(major: major, minor: minor)
    }

    static func < (left: HelmVersion, right: HelmVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}
