import ByteIO
import ChildProcess
import Compression
import DockerArchive
import ImageEngine
import Synchronization

/// Saves images with the docker commands of the save scripts, in their order.
package struct DockerSaver: SaveEngine {
    /// How a script has docker save.
    package enum Procedure: Sendable {
        /// `rancher-save-images.sh`: pulls print nothing, an image that cannot be pulled is looked for in the local store, and what
        /// `docker save` writes is compressed.
        ///
        /// - Parameter compressionLevel: gzip's, 1 to 9.
        case shell(compressionLevel: Int)
        /// `rancher-save-images.ps1`: pulls print what docker prints, and docker writes the file itself.
        case powerShell
    }

    /// Where the images go.
    package enum Output: Sendable {
        /// Into this archive, open; where docker writes the file itself, it is only held meanwhile, unless it is a stream or in parts.
        case archive(ArchiveOutput)
        /// Nowhere, for this reason, which the script's shell gives once `docker save` has begun.
        case refused(String)

        /// Whether docker writes to standard output, since it cannot write the archive itself.
        fileprivate var takesStream: Bool {
            if case .archive(let archive) = self { archive.isStream || archive.isInParts } else { true }
        }
    }

    private let runner: CommandRunner
    private let procedure: Procedure
    private let archive: String
    private let output: Output
    private let counters: TransferCounters
    private let chartSubstitute: ChartSubstitute?

    /// - Parameters:
    ///   - archive: the archive's path as it was typed.
    ///   - output: where the images go.
    ///   - chartSubstitute: handles charts where neither docker nor helm does; `nil` where that is an error.
    package init(
        runner: CommandRunner,
        procedure: Procedure,
        archive: String,
        output: Output,
        counters: TransferCounters,
        chartSubstitute: ChartSubstitute? = nil
    ) {
        self.chartSubstitute = chartSubstitute
        self.runner = runner
        self.procedure = procedure
        self.archive = archive
        self.output = output
        self.counters = counters
    }

    /// Asks docker and helm, as the scripts do.
    package func chartHandling() async throws -> ChartHandling {
        try await HelmCharts.handling(runner, otherwise: chartSubstitute)
    }

    /// Pulls one image after the other.
    ///
    /// - Throws: also where there are more images than one `docker save` takes, before any is pulled.
    package func pull(_ images: [PullRequest], observer: any PullObserver) async throws {
        try ArgumentRoom.ofSystem.require(
            saveCommand(images),
            images: images.count,
            environment: runner.environment
        )
        counters.plan(items: images.count)
        for request in images {
            observer.willPull(request)
            let start = ContinuousClock.now
            var outcome = PullOutcome(request, try await pull(request.source.text))
            outcome.effort = Effort(duration: start.duration(to: .now), tries: nil)
            observer.didPull(outcome)
            counters.finishItem()
        }
    }

    /// Saves all images with one `docker save`.
    package func save(_ images: [PullRequest]) async throws {
        let command = saveCommand(images)
        switch procedure {
        case .shell(let level): try await saveCompressed(command, level: level)
        case .powerShell where output.takesStream: try await stream(command, to: appending)
        case .powerShell:
            if case .archive(let archive) = output { try archive.willBeReplaced() }
            try Self.require(try await runner.shown(command), "docker save")
        }
        guard case .archive(let archive) = output else { return }
        // Docker gives its file the name itself, once it is whole.
        if case .powerShell = procedure, !output.takesStream {
            try await onThread { try archive.wasReplaced() }
        } else {
            counters.enter(.finishing)
            try await onThread { try archive.commit() }
        }
    }

    @discardableResult
    package func discard() -> Int64 {
        if case .archive(let archive) = output { archive.discard() } else { 0 }
    }

    private func pull(_ name: String) async throws -> PullOutcome.Result {
        let command = ["docker", "pull", name]
        guard case .shell = procedure else {
            let pulled = try await runner.shown(command)
            return pulled.status.isSuccess ? .pulled : .failed(cause: pulled.cause(of: "docker pull"))
        }
        let counter = counters.begin(command.joined(separator: " "), size: 0)
        defer { counter.end() }
        let pulled = try await runner.quiet(command)
        if pulled.status.isSuccess { return .pulled }
        let cause = pulled.cause(of: "docker pull")
        let inspected = try await runner.quiet(["docker", "inspect", name])
        return inspected.status.isSuccess ? .foundLocally(cause: cause) : .failed(cause: cause)
    }

    private func saveCommand(_ images: [PullRequest]) -> [String] {
        let command = ["docker", "save"] + images.map(\.source.text)
        guard case .powerShell = procedure, !output.takesStream else { return command }
        return command + ["-o", archive]
    }

    /// Writes into the output, one piece behind the other.
    private var appending: @Sendable (UnsafeRawBufferPointer) throws -> Void {
        let position = Mutex<Int64>(0)
        return { [output] bytes in
            switch output {
            case .archive(let archive):
                try position.withLock { position in
                    try archive.write(bytes, at: position)
                    position += Int64(bytes.count)
                }
            case .refused(let reason):
                throw DockerEngineError(description: reason)
            }
        }
    }

    private func saveCompressed(_ command: [String], level: Int) async throws {
        // One thread uses it after the other.
        nonisolated(unsafe) let gzip = try ParallelGzip(level: level, output: appending)
        do {
            try await stream(command) { try gzip.write($0) }
        } catch {
            gzip.abort()
            throw error
        }
        _ = try await onThread { try gzip.finish() }
    }

    /// Runs `docker save` and hands over what it writes.
    private func stream(
        _ command: [String],
        to take: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) async throws {
        let stream = try CommandStream()
        let counter = counters.begin("docker save", size: 0)
        defer { counter.end() }
        async let taken: Void = stream.read { bytes in
            try take(bytes)
            counter.add(bytes.count)
        }
        let saved = await Self.result {
            try await runner.shown(command, output: .descriptor(stream.descriptor))
        }
        stream.endOfWriting()
        // What went wrong on this side comes first: docker only sees that nobody reads any more.
        try await taken
        try Self.require(try saved.get(), "docker save")
    }

    private static func result<Value>(_ body: () async throws -> Value) async -> Result<Value, any Error> {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }

    private static func require(_ outcome: ChildProcess.Outcome, _ name: String) throws(DockerEngineError) {
        guard outcome.status.isSuccess else { throw DockerEngineError(description: outcome.cause(of: name)) }
    }
}
