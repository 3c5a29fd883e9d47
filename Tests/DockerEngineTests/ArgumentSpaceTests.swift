import Engine
import SystemIO
import Testing

@testable import DockerEngine

@Suite(.timeLimit(.minutes(2))) struct ArgumentSpaceTests {
    private static let environment = ["PATH": "/usr/bin:/bin", "A": "b"]

    /// As many words as a command has room for, and how they are counted.
    private static func command(size: Int) -> [String] {
        let word = String(repeating: "x", count: 991)
        let base = ["true"]
        let taken = ArgumentSpace.size(of: base, environment: environment)
        return base + Array(repeating: word, count: (size - taken) / 1000)
    }

    @Test func theSystemTakesWhatThereIsRoomFor() async throws {
        let room = ArgumentSpace.ofSystem
        let command = Self.command(size: room.limit)
        try room.require(command, images: 1, environment: Self.environment)
        let outcome = try await ChildProcess.run(command, environment: Self.environment)
        #expect(outcome.status.isSuccess)
    }

    @Test func theSystemRefusesWhatThereIsNoRoomFor() async throws {
        let room = ArgumentSpace.ofSystem
        // Past what is kept in reserve.
        let command = Self.command(size: room.limit + (16 << 10))
        #expect(throws: EngineError.self) { try room.require(command, images: 1, environment: Self.environment) }
        let error = await #expect(throws: ChildProcessError.self) {
            try await ChildProcess.run(command, environment: Self.environment)
        }
        #expect(error?.reason == .argumentListTooLong)
    }

    @Test func whatToDoIsSaid() {
        let error = #expect(throws: EngineError.self) {
            try ArgumentSpace(limit: 5000)
                .require(["docker", "save"] + Self.command(size: 9000), images: 7, environment: [:])
        }
        let text = error?.description ?? ""
        #expect(text.hasPrefix("7 images are too many for one docker save"))
        #expect(text.contains("--engine registry"))
    }
}
