import ByteIO
import ChildProcess
import Compression
import DockerArchive
import ImageEngine
import ScriptInterface
import Synchronization

/// Saves images with the docker commands of the save scripts, in their order.
public struct DockerSaver: SaveEngine {
    private let runner: CommandRunner
    private let mode: ScriptMode
    private let archive: String
    private let output: ArchiveOutput
    private let compressionLevel: Int

    /// A saver into an archive that is already open.
    ///
    /// - Parameters:
    ///   - runner: its console gets what the scripts show.
    ///   - mode: the shell script compresses what docker writes; in PowerShell mode docker writes the file itself.
    ///   - archive: the archive's path as it was typed.
    ///   - output: the archive; in PowerShell mode it is only held while docker writes, unless it is a stream.
    ///   - compressionLevel: gzip's, 1 to 9.
    package init(
        runner: CommandRunner,
        mode: ScriptMode,
        archive: String,
        output: ArchiveOutput,
        compressionLevel: Int
    ) {
        self.runner = runner
        self.mode = mode
        self.archive = archive
        self.output = output
        self.compressionLevel = compressionLevel
    }

    /// Asks docker and helm, as the scripts do.
    public func chartHandling() async throws -> ChartHandling {
        try await HelmCharts.handling(runner)
    }

    /// Pulls one image after the other. In shell mode one that cannot be pulled is looked for in docker's local store.
    ///
    /// - Throws: also where there are more images than one `docker save` takes, before any is pulled.
    public func pull(_ references: [String], observer: any PullObserver) async throws {
        try ArgumentRoom.ofSystem.require(
            saveCommand(references),
            images: references.count,
            environment: runner.environment
        )
        for reference in references {
            observer.willPull(reference)
            observer.didPull(reference, try await pull(reference))
        }
    }

    /// Saves all images with one `docker save`.
    public func save(_ references: [String]) async throws {
        switch mode {
        case .shell: try await saveCompressed(references)
        case .powerShell where output.isStream: try await stream(references, to: appending)
        case .powerShell: try Self.require(try await runner.shown(saveCommand(references)), "docker save")
        }
        // Docker gives its file the name itself, once it is whole.
        if mode == .powerShell, !output.isStream { output.discard() } else { try output.commit() }
    }

    /// Gives the archive up.
    public func discard() {
        output.discard()
    }

    private func pull(_ reference: String) async throws -> PullOutcome {
        let command = ["docker", "pull", reference]
        let pulled = mode == .shell ? try await runner.quiet(command) : try await runner.shown(command)
        if pulled.status.isSuccess { return .pulled }
        let cause = pulled.cause(of: "docker pull")
        guard mode == .shell else { return .failed(cause: cause) }
        let inspected = try await runner.quiet(["docker", "inspect", reference])
        return inspected.status.isSuccess ? .foundLocally(cause: cause) : .failed(cause: cause)
    }

    private func saveCommand(_ references: [String]) -> [String] {
        let command = ["docker", "save"] + references
        return mode == .shell || output.isStream ? command : command + ["-o", archive]
    }

    /// Writes into the output, one piece behind the other.
    private var appending: @Sendable (UnsafeRawBufferPointer) throws -> Void {
        let position = Mutex<Int64>(0)
        return { [output] bytes in
            try position.withLock { position in
                try output.write(bytes, at: position)
                position += Int64(bytes.count)
            }
        }
    }

    private func saveCompressed(_ references: [String]) async throws {
        let gzip = try ParallelGzip(level: compressionLevel, output: appending)
        // The stream's thread and this task use it one after the other.
        nonisolated(unsafe) let compressor = gzip
        do {
            try await stream(references) { try compressor.write($0) }
        } catch {
            gzip.abort()
            throw error
        }
        try gzip.finish()
    }

    /// Runs `docker save` and hands over what it writes.
    private func stream(
        _ references: [String],
        to take: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) async throws {
        let stream = try CommandStream()
        async let taken: Void = stream.read(take)
        let saved = await Self.result {
            try await runner.shown(saveCommand(references), output: .descriptor(stream.descriptor))
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
