import Engine
import SystemIO

/// Charts by the helm command, where docker does not handle them like images.
struct HelmCharts: ChartMover {
    private let runner: CommandRunner

    private init(_ runner: CommandRunner) { self.runner = runner }

    /// What the scripts find out before a list with charts: docker handles them where it has the containerd store, else helm.
    ///
    /// - Parameter substitute: what handles them where neither does.
    /// - Throws: ``ChartSupportError`` where there is no substitute.
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

    /// Whether what `docker info` prints has the scripts' pattern `containerd.snapshotter` in it, of which the case of letters does not
    /// count and the dot is any byte but a zero and the end of a line (grep(1), `grep -qi`).
    static func namesContainerdStore(_ information: [UInt8]) -> Bool {
        let pattern = Array("containerd.snapshotter".utf8)
        return information.indices.dropLast(pattern.count - 1)
            .contains { start in
                zip(pattern, information[start...])
                    .allSatisfy { wanted, byte in
                        wanted == UInt8(ascii: ".")
                            ? byte != 0 && byte != UInt8(ascii: "\n")
                            // Of the letters' bytes, that with this bit is the small one.
                            : byte | 0x20 == wanted
                    }
            }
    }

    func pull(_ url: String, version: String, into directory: String) async throws {
        // The script shows what was written to both streams, in its order.
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

/// Makes what moves charts where docker and helm cannot.
package typealias ChartSubstitute = @Sendable () async throws -> any ChartMover

/// The version that `helm version --short` prints, `v3.14.2+gc309b6f`, as the scripts read it.
struct HelmVersion: Equatable {
    /// `nil` where the shell's `[` finds no number in its place.
    let major: Int?
    /// `nil` where the shell's `[` finds no number in its place.
    let minor: Int?

    /// Whether it has OCI charts without an experimental switch, as helm 3.8 is the first to have them.
    var hasCharts: Bool {
        guard let major else { return false }
        return major > 3 || major == 3 && (minor ?? 0) >= 8
    }

    /// Reads the lines that begin with `v`, each up to the first character that is neither a digit nor a dot: what stands
    /// before the first dot, and what stands between that and the next. Without a dot, both are all of it.
    ///
    /// - Returns: `nil` where there is nothing to read.
    init?(_ output: [UInt8]) {
        let dot = UInt8(ascii: ".")
        let newline = UInt8(ascii: "\n")
        let numbers = output.split(separator: newline)
            .filter { $0.first == UInt8(ascii: "v") }
            .map { $0.dropFirst().prefix { $0 == dot || $0.isDigit } }
        let text = Array(numbers.joined(separator: [newline])).trimmingSuffix { $0 == newline }
        guard !text.isEmpty else { return nil }
        let behindDot = text.firstIndex(of: dot).map { text[($0 + 1)...] } ?? text
        major = Self.number(text.prefix { $0 != dot })
        minor = Self.number(behindDot.prefix { $0 != dot })
    }

    /// As the shell's `[` reads a number, newlines before it do not count.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        Int(String(decoding: digits.drop { $0 == UInt8(ascii: "\n") }, as: UTF8.self))
    }
}
