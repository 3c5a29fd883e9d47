extension ChildProcess {
    /// The treatment of the output of a command.
    package enum Capture: Sendable {
        /// Discard the output.
        case null
        /// Have the command write to this open descriptor.
        case descriptor(Int32)
        /// Keep the last bytes, at most `last`.
        case keep(last: Int)
        /// Pass all output to the function, on a separate thread, and keep the last bytes, at most `keepLast`.
        case tee(@Sendable (UnsafeRawBufferPointer) throws -> Void, keepLast: Int)
        /// Only for standard error: merge it into standard output, in the order of writing.
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
            case .tee(let copy, let limit): try PipeReader(keepLast: limit, copyingTo: copy)
            }
        }
    }

    /// The result of a command.
    package struct Outcome: Equatable, Sendable {
        package let status: ExitStatus
        /// The kept end of its standard output.
        package let output: [UInt8]
        /// The kept end of its standard error.
        package let errors: [UInt8]
    }

    /// Runs a command to its end.
    ///
    /// When the task is cancelled or the time limit expires, the command gets `SIGTERM`, and `SIGKILL` after the grace period. The
    /// command has been reaped when this function returns.
    ///
    /// - Parameters:
    ///   - command: The name and the arguments, as for ``start(_:environment:input:output:errors:)``.
    ///   - timeLimit: The time that the command may run; `nil` for no limit.
    /// - Throws: ``ChildProcessError`` if the command cannot be started or times out, `CancellationError`, `FileError` if its output
    ///   cannot be read, or the error of a ``Capture/tee(_:keepLast:)`` function. An exit status is not an error.
    package static func run(
        _ command: [String],
        environment: Environment,
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
            // Processes that the command has started may keep the pipes open.
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
