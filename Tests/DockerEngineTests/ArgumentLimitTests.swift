import Engine
import SystemIO
import Testing

@testable import DockerEngine

@Suite(.timeLimit(.minutes(2))) struct ArgumentLimitTests {
    private static let environment = ["PATH": "/usr/bin:/bin", "A": "b"]

    /// Returns a command whose size is at most `size`, rounded to 1,000 bytes.
    private static func command(size: Int) -> [String] {
        let argument = String(repeating: "x", count: 991)
        let base = ["true"]
        let used = ArgumentLimit.size(of: base, environment: environment)
        return base + Array(repeating: argument, count: (size - used) / 1000)
    }

    @Test func theSystemRunsCommandsWithinTheLimit() async throws {
        let limit = ArgumentLimit.ofSystem
        let command = Self.command(size: limit.limit)
        try limit.require(command, images: 1, environment: Self.environment)
        let outcome = try await ChildProcess.run(command, environment: Self.environment)
        #expect(outcome.status.isSuccess)
    }

    @Test func theSystemRefusesCommandsAboveTheLimit() async throws {
        let limit = ArgumentLimit.ofSystem
        // More than the reserve.
        let command = Self.command(size: limit.limit + (16 << 10))
        #expect(throws: EngineError.self) { try limit.require(command, images: 1, environment: Self.environment) }
        let error = await #expect(throws: ChildProcessError.self) {
            try await ChildProcess.run(command, environment: Self.environment)
        }
        #expect(error?.reason == .argumentListTooLong)
    }

    @Test func theErrorHasAdvice() {
        let error = #expect(throws: EngineError.self) {
            try ArgumentLimit(limit: 5000)
                .require(["docker", "save"] + Self.command(size: 9000), images: 7, environment: [:])
        }
        let text = error?.description ?? ""
        #expect(text.hasPrefix("7 images are too many for one docker save"))
        #expect(text.contains("--engine registry"))
    }
}
