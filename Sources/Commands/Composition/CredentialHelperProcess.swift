import Registry
import SystemIO

/// Runs docker's credential helpers as child processes.
struct CredentialHelperProcess: CredentialHelper {
    /// The variables of this process, of which a helper gets those that are for it; their `PATH` is searched for helpers.
    let environment: Environment
    /// How long a helper may take: it may ask a server, or the user to unlock a key.
    var secondsToAnswer = 60

    func get(_ server: String, from name: String) async throws -> CredentialHelperAnswer {
        guard !name.contains("/") else { throw CredentialHelperError("has a slash in its name") }
        let (reading, writing) = try makePipe()
        // Shorter than what a pipe holds, so nobody has to read meanwhile.
        try writing.write(server)
        try writing.close()
        do {
            let outcome = try await ChildProcess.run(
                ["docker-credential-\(name)", "get"],
                environment: ChildVariables.forHelper(name, environment),
                input: .descriptor(reading.descriptor),
                output: .keep(last: 64 << 10),
                // What it says there may have the secret in it.
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
