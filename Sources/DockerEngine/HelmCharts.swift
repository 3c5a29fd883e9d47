import Engine
import SystemIO

/// Pulls and pushes charts with the helm command, if docker does not handle them like images.
struct HelmCharts: ChartMover {
    private let runner: CommandRunner

    private init(_ runner: CommandRunner) { self.runner = runner }

    /// Returns the handling of charts by the rule of the scripts: docker with the containerd store, else helm.
    ///
    /// - Parameter substitute: creates the handler if neither handles charts.
    /// - Throws: ``ChartSupportError`` without a substitute.
    static func handling(_ runner: CommandRunner, otherwise substitute: ChartSubstitute?) async throws -> ChartHandling
    {
        let info = try await runner.quiet(["docker", "info"])
        if namesContainerdStore(info.output) { return .images }
        do {
            return .helm(try await installed(runner))
        } catch let error as ChartSupportError {
            guard let substitute else { throw error }
            return .files(try await substitute())
        }
    }

    private static func installed(_ runner: CommandRunner) async throws -> HelmCharts {
        guard ChildProcess.isInstalled("helm", environment: runner.environment) else { throw ChartSupportError.noHelm }
        let version = try await runner.quiet(["helm", "version", "--short"])
        guard let number = HelmVersion(version.output), number.hasCharts else {
            let line = String(nativeBytes: version.output).split(whereSeparator: \.isNewline).first ?? ""
            throw ChartSupportError.oldHelm(version: String(line))
        }
        return HelmCharts(runner)
    }

    /// Whether the output of `docker info` matches the scripts' pattern `containerd.snapshotter`, ignoring case. The dot is any byte but a
    /// zero byte and a newline (grep(1), `grep -qi`).
    static func namesContainerdStore(_ information: [UInt8]) -> Bool {
        let pattern = Array("containerd.snapshotter".utf8)
        return information.indices.dropLast(pattern.count - 1)
            .contains { start in
                zip(pattern, information[start...])
                    .allSatisfy { wanted, byte in
                        wanted == UInt8(ascii: ".")
                            ? byte != 0 && byte != UInt8(ascii: "\n")
                            // This bit makes a letter lowercase.
                            : byte | 0x20 == wanted
                    }
            }
    }

    func pull(_ url: String, version: String, into directory: String) async throws {
        // The script shows the output of both streams in order.
        let command = ["helm", "pull", url, "--version", version, "-d", directory]
        let outcome = try await runner.quiet(command, errors: .asOutput)
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
            output: outcome.output
        )
    }
}

/// Creates the handler of charts if docker and helm do not handle them.
package typealias ChartSubstitute = @Sendable () async throws -> any ChartMover

/// The version in the output of `helm version --short`, for instance `v3.14.2+gc309b6f`, as the scripts parse it.
struct HelmVersion: Equatable {
    /// `nil` if the shell's `[` finds no number.
    let major: Int?
    /// `nil` if the shell's `[` finds no number.
    let minor: Int?

    /// Whether helm supports OCI charts without an experimental switch (3.8 or later).
    var hasCharts: Bool {
        guard let major else { return false }
        return major > 3 || major == 3 && (minor ?? 0) >= 8
    }

    /// Parses the lines that start with `v`, each up to the first character that is neither a digit nor a dot. The major version is the
    /// text before the first dot, the minor version the text between the first two dots. Without a dot, both are the complete text.
    ///
    /// - Returns: `nil` if there is no version.
    init?(_ output: [UInt8]) {
        let dot = UInt8(ascii: ".")
        let newline = UInt8(ascii: "\n")
        let numbers = output.split(separator: newline)
            .filter { $0.first == UInt8(ascii: "v") }
            .map { $0.dropFirst().prefix { $0 == dot || $0.isDigit } }
        let text = Array(numbers.joined(separator: [newline])).trimmingSuffix { $0 == newline }
        guard !text.isEmpty else { return nil }
        let afterDot = text.firstIndex(of: dot).map { text[($0 + 1)...] } ?? text
        major = Self.number(text.prefix { $0 != dot })
        minor = Self.number(afterDot.prefix { $0 != dot })
    }

    /// Parses a number as the shell's `[` does, ignoring leading newlines.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        Int(String(decoding: digits.drop { $0 == UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
