extension ChildProcess {
    /// What to do with what a command writes.
    package enum Capture: Sendable {
        /// Nothing.
        case null
        /// The command writes into this open descriptor itself.
        case descriptor(Int32)
        /// Keep the last bytes, at most so many.
        case keep(last: Int)
        /// Hand everything on as it comes, from a thread of its own, and keep the last bytes, at most so many.
        case tee(@Sendable (UnsafeRawBufferPointer) throws -> Void, keepLast: Int)
        /// Of standard error alone: treat it as a part of standard output, in the order in which both were written.
        case asOutput

        fileprivate var output: Output {
            switch self {
            case .null: .null
            case .descriptor(let descriptor): .descriptor(descriptor)
            case .keep, .tee: .pipe
            case .asOutput: .asOutput
            }
        }

        fileprivate func makeReader() throws(FileError) -> PipeReader? {
            switch self {
            case .null, .descriptor, .asOutput: nil
            case .keep(let limit): try PipeReader(keepLast: limit)
            case .tee(let copy, let limit): try PipeReader(keepLast: limit, handingOnTo: copy)
            }
        }
    }

    /// What a command that has ended left behind.
    package struct Outcome: Equatable, Sendable {
        /// How it ended.
        package let status: ExitStatus
        /// The last bytes of its standard output, as far as they were to be kept.
        package let output: [UInt8]
        /// The last bytes of its standard error, as far as they were to be kept.
        package let errors: [UInt8]
    }

    /// Runs a command to its end.
    ///
    /// When the task is cancelled or the time is over, the command gets `SIGTERM`, and `SIGKILL` if it is still there after
    /// the grace period; it has been reaped when this returns.
    ///
    /// - Parameters:
    ///   - command: as for ``start(_:environment:input:output:errors:)``.
    ///   - timeLimit: how long the command may run; without a limit, for ever.
    /// - Throws: ``ChildProcessError`` if it cannot be started or the time is over, `CancellationError`, `FileError` if what
    ///   it writes cannot be handed on. An exit status is not an error.
    package static func run(
        _ command: [String],
        environment: [String: String],
        input: Input = .null,
        output: Capture = .null,
        errors: Capture = .keep(last: 64 << 10),
        timeLimit: Duration? = nil,
        gracePeriod: Duration = .seconds(5)
    ) async throws -> Outcome {
        try Task.checkCancellation()
        let outputReader = try output.makeReader()
        let errorReader = try errors.makeReader()
        let process = try start(
            command,
            environment: environment,
            input: input,
            output: output.output,
            errors: errors.output
        )
        let end = { @Sendable in
            process.stop(gracePeriod: gracePeriod)
            _ = await process.wait()
            // What the command has started itself may keep the pipes open, and is not to be waited for.
            outputReader?.finish()
            errorReader?.finish()
        }
        let timer = timeLimit.map { limit in
            Task {
                try await Task.sleep(for: limit)
                await end()
            }
        }
        defer { timer?.cancel() }
        let outcome = try await withTaskCancellationHandler {
            async let keptOutput = outputReader?.read(process.output)
            async let keptErrors = errorReader?.read(process.errors)
            let status = await process.wait()
            return Outcome(status: status, output: try await keptOutput ?? [], errors: try await keptErrors ?? [])
        } onCancel: {
            Task { await end() }
        }
        timer?.cancel()
        if let timeLimit, case .success = await timer?.result {
            throw ChildProcessError(command: process.command, reason: .timeLimit(timeLimit))
        }
        try Task.checkCancellation()
        return outcome
    }
}
