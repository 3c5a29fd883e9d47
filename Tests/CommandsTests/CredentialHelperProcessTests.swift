import Registry
import TestSupport
import Testing

@testable import Commands

/// Credential helpers that are scripts.
@Suite(.timeLimit(.minutes(1))) struct CredentialHelperProcessTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func helper(_ script: String, secondsToAnswer: Int = 30) throws -> CredentialHelperProcess {
        try directory.write("#!/bin/sh\n\(script)\n", to: "bin/docker-credential-keep")
        try directory.shell("chmod +x bin/*")
        return CredentialHelperProcess(
            environment: ["PATH": "\(directory.path("bin")):/usr/bin:/bin", "LOG": directory.path("log")],
            secondsToAnswer: secondsToAnswer
        )
    }

    @Test func helpersGetTheServerOnStandardInput() async throws {
        let helper = try helper(
            #"""
            { cat; echo; echo "$# $1"; } > "$LOG"
            echo "noise" >&2
            printf '{"ServerURL":"x","Username":"me","Secret":"p@ss #/?%% \\" end"}\n'
            """#
        )
        let answer = try await helper.get("https://index.docker.io/v1/", from: "keep")
        #expect(answer.isSuccess)
        #expect(
            String(decoding: answer.output, as: UTF8.self)
                == #"{"ServerURL":"x","Username":"me","Secret":"p@ss #/?% \" end"}"# + "\n"
        )
        #expect(try directory.text("log") == "https://index.docker.io/v1/\n1 get\n")
    }

    @Test func helpersCanFail() async throws {
        let answer = try await helper("echo credentials not found in native keychain; exit 1").get("a.b", from: "keep")
        #expect(!answer.isSuccess)
        #expect(String(decoding: answer.output, as: UTF8.self) == "credentials not found in native keychain\n")
    }

    @Test func helpersNeedNotReadStandardInput() async throws {
        #expect(try await helper("exec true").get("a.b", from: "keep").isSuccess)
    }

    @Test func helpersHaveATimeLimit() async throws {
        let helper = try helper("exec sleep 30", secondsToAnswer: 1)
        let error = await #expect(throws: CredentialHelperError.self) { try await helper.get("a.b", from: "keep") }
        #expect(error?.problem == "did not answer within 1 seconds")
    }

    @Test(arguments: [("gone", "is not installed, or not in PATH"), ("../x", "has a slash in its name")])
    func missingHelpersAreReported(name: String, problem: String) async throws {
        let helper = try helper("exit 0")
        let error = await #expect(throws: CredentialHelperError.self) { try await helper.get("a.b", from: name) }
        #expect(error?.problem == problem)
    }

    @Test func helpersMustBeExecutable() async throws {
        let helper = try helper("exit 0")
        try directory.shell("chmod -x bin/docker-credential-keep")
        let error = await #expect(throws: CredentialHelperError.self) { try await helper.get("a.b", from: "keep") }
        #expect(error?.problem == "cannot be run: Permission denied")
    }
}
