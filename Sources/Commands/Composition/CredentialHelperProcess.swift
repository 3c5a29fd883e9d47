import Registry
import SystemIO

/// Runs docker's credential helpers as child processes.
struct CredentialHelperProcess: CredentialHelper {
    /// The variables of this process. Helpers get some of them, and are searched in `PATH`.
    let environment: Environment
    /// The time limit for a helper, which may use a server, or wait for the user to unlock a key.
    var secondsToAnswer = 60

    func get(_ server: String, from name: String) async throws -> CredentialHelperAnswer {
        guard !name.contains("/") else { throw CredentialHelperError("has a slash in its name") }
        let (reading, writing) = try makePipe()
        // The name fits into the buffer of the pipe, so the write does not block.
        try writing.write(server)
        try writing.close()
        do {
            let outcome = try await ChildProcess.run(
                ["docker-credential-\(name)", "get"],
                environment: ChildVariables.forHelper(name, environment),
                input: .descriptor(reading.descriptor),
                output: .keep(last: 64 << 10),
                // The messages can contain the secret.
                errors: .null,
                timeLimit: .seconds(secondsToAnswer)
            )
            return CredentialHelperAnswer(isSuccess: outcome.status == .exited(0), output: outcome.output)
        } catch let error as ChildProcessError {
            throw CredentialHelperError(problem(error.reason))
        }
    }

    private func problem(_ reason: ChildProcessError.Reason) -> String {
        switch reason {
        case .notFound: "is not installed, or not in PATH"
        case .timeLimit: "did not answer within \(secondsToAnswer) seconds"
        case .notExecutable(let code), .system(let code): "cannot be run: \(systemMessage(code))"
        case .argumentListTooLong: "cannot be run: the environment is too long for the system"
        }
    }
}
