import Compression
import Engine
import ImageArchive
import OCI
import Synchronization
import SystemIO

/// Saves images with the docker commands of the save scripts, in their order.
package final class DockerSaver: SaveEngine {
    /// The docker commands of a script.
    package enum Procedure: Sendable {
        /// `rancher-save-images.sh`: pulls print nothing, an image that cannot be pulled is searched in the local store, and the output of
        /// `docker save` is compressed.
        ///
        /// - Parameter compressionLevel: the gzip level, 1 to 9.
        case shell(compressionLevel: Int)
        /// `rancher-save-images.ps1`: pulls print docker's output, and docker writes the file.
        case powerShell
    }

    /// The output of a save.
    package enum Output: Sendable {
        /// An open archive. If docker writes the file, the archive is only locked, unless it is a stream or split.
        case archive(ArchiveOutput)
        /// No output, for a reason that the script's shell prints after the start of `docker save`.
        case refused(String)

        /// Whether docker writes to standard output because it cannot write the archive.
        fileprivate var takesStream: Bool {
            if case .archive(let archive) = self { archive.isStream || archive.isInParts } else { true }
        }
    }

    private let runner: CommandRunner
    private let procedure: Procedure
    private let archive: String
    private let open: @Sendable () async throws -> Output
    /// `nil` until the first command has succeeded.
    private let output = Mutex<Output?>(nil)
    /// The digests that the pulls have printed, by name.
    private let pulled = Mutex<[String: Digest]>([:])
    private let counters: TransferCounters
    private let chartSubstitute: ChartSubstitute?

    /// - Parameters:
    ///   - archive: the archive's path on the command line.
    ///   - output: opens the output. Called once, after the first command, so that another engine can open the output if docker is
    ///     unavailable.
    ///   - chartSubstitute: creates the handler of charts if neither docker nor helm handles them; `nil` for an error.
    package init(
        runner: CommandRunner,
        procedure: Procedure,
        archive: String,
        output: @escaping @Sendable () async throws -> Output,
        counters: TransferCounters,
        chartSubstitute: ChartSubstitute? = nil
    ) {
        self.chartSubstitute = chartSubstitute
        self.runner = runner
        self.procedure = procedure
        self.archive = archive
        open = output
        self.counters = counters
    }

    /// Checks docker and helm, as the scripts do.
    package func chartHandling() async throws -> ChartHandling {
        let handling = try await HelmCharts.handling(runner, otherwise: chartSubstitute)
        _ = try await openedOutput()
        return handling
    }

    /// Pulls the images one at a time.
    ///
    /// - Throws: ``EngineError`` before the first pull if one `docker save` cannot take all images; ``DockerUnavailable`` before the first
    ///   event.
    package func pull(_ images: [PullRequest], onEvent: @escaping @Sendable (SaveEvent) -> Void) async throws {
        try ArgumentLimit.ofSystem.require(
            saveCommand(images, intoFile: true),
            images: images.count,
            environment: runner.environment
        )
        counters.plan(items: images.count)
        for request in images {
            onEvent(.started(request))
            let start = ContinuousClock.now
            let result: PullOutcome.Result
            do {
                result = try await pull(request.source.text)
            } catch let error as DockerUnavailable {
                counters.plan(items: -images.count)
                throw error
            }
            _ = try await openedOutput()
            var outcome = PullOutcome(request, result)
            outcome.statistics = TransferStatistics(duration: start.duration(to: .now), tries: nil)
            onEvent(.finished(outcome))
            counters.finishItem()
        }
    }

    /// Saves all images with one `docker save`.
    ///
    /// - Throws: ``SavedArchiveError`` if docker's archive cannot hold the images; the older archive stays.
    package func save(_ images: [PullRequest]) async throws {
        let output = try await openedOutput()
        switch procedure {
        case .shell(let level):
            do {
                try await saveCompressed(images, into: output, level: level)
            } catch var error as SavedArchiveError {
                if case .archive(let archive) = output { error.leavesNothing = !archive.isStream }
                throw error
            }
        case .powerShell where output.takesStream: try await stream(images, to: Self.appending(to: output))
        case .powerShell: try await saveIntoFile(images, output)
        }
        guard case .archive(let archive) = output else { return }
        // Docker renames its file on completion.
        if case .powerShell = procedure, !output.takesStream {
            try await onThread { try archive.wasReplaced() }
        } else {
            counters.enter(.finishing)
            try await onThread { try archive.commit() }
        }
    }

    @discardableResult
    package func discard() -> Int64 {
        if case .archive(let archive)? = output.withLock(\.self) { archive.discard() } else { 0 }
    }

    private func pull(_ name: String) async throws -> PullOutcome.Result {
        let command = ["docker", "pull", name]
        guard case .shell = procedure else {
            let pulled = try await runner.shown(command)
            return pulled.status.isSuccess ? .pulled : .failed(cause: pulled.cause(of: "docker pull"))
        }
        let counter = counters.begin(command.joined(separator: " "), size: 0)
        defer { counter.end() }
        let outcome = try await runner.quiet(command)
        if outcome.status.isSuccess {
            pulled.withLock { $0[name] = Digest(printedByPull: outcome.output) }
            return .pulled
        }
        let cause = outcome.cause(of: "docker pull")
        let inspected = try await runner.quiet(["docker", "inspect", name])
        return inspected.status.isSuccess ? .foundLocally(cause: cause) : .failed(cause: cause)
    }

    /// Returns the output, and opens it on the first call. Called by one task at a time.
    private func openedOutput() async throws -> Output {
        if let output = output.withLock(\.self) { return output }
        let opened = try await open()
        output.withLock { $0 = opened }
        return opened
    }

    private func saveCommand(_ images: [PullRequest], intoFile: Bool) -> [String] {
        let command = ["docker", "save"] + images.map(\.source.text)
        guard case .powerShell = procedure, intoFile else { return command }
        return command + ["-o", archive]
    }

    /// Returns a function that appends to the output.
    private static func appending(to output: Output) -> @Sendable (UnsafeRawBufferPointer) throws -> Void {
        let position = Mutex<Int64>(0)
        return { bytes in
            switch output {
            case .archive(let archive):
                try position.withLock { position in
                    try archive.write(bytes, at: position)
                    position += Int64(bytes.count)
                }
            case .refused(let reason):
                throw EngineError(reason)
            }
        }
    }

    private func saveCompressed(_ images: [PullRequest], into output: Output, level: Int) async throws {
        // Threads use it one at a time.
        nonisolated(unsafe) let gzip = try ParallelGzip(level: level, output: Self.appending(to: output))
        do {
            try await stream(images) { try gzip.write($0) }
        } catch {
            // Aborting joins threads. A cancelled task does not wait for work on a thread, so another task waits.
            await Task.detached { try? await onThread { gzip.abort() } }.value
            throw error
        }
        _ = try await onThread { try gzip.finish() }
    }

    /// Runs `docker save`, passes its output to `take`, and verifies that the archive can hold the images.
    private func stream(
        _ images: [PullRequest],
        to take: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) async throws {
        let stream = try CommandStream()
        let counter = counters.begin("docker save", size: 0)
        defer { counter.end() }
        let reader = Mutex(SavedArchiveIndexReader())
        async let taken: Void = stream.read { bytes in
            try take(bytes)
            reader.withLock { $0.take(bytes) }
            counter.add(bytes.count)
        }
        let saved = await Self.result {
            try await runner.shown(
                saveCommand(images, intoFile: false),
                output: .descriptor(stream.descriptor)
            )
        }
        stream.endOfWriting()
        // An error of this side comes first: docker only fails because its reader is gone.
        try await taken
        try Self.require(try saved.get(), "docker save")
        try check(reader.withLock(\.index), images)
    }

    /// Runs `docker save` with an output file. A recognized podman must not replace an older archive.
    private func saveIntoFile(_ images: [PullRequest], _ output: Output) async throws {
        if Set(images.map(\.source)).count > 1, let evidence = PodmanCommand.evidence(environment: runner.environment) {
            throw SavedArchiveError(
                problem: "\(DockerUnavailable.podman(evidence)), and podman saves several images as a single one"
            )
        }
        var older: OlderArchive?
        if case .archive(let archive) = output { older = try archive.willBeReplaced() }
        do {
            try Self.require(
                try await runner.shown(saveCommand(images, intoFile: true)),
                "docker save"
            )
            let path = archive
            try check(try await onThread { try? SavedArchiveIndexReader.index(ofFile: path) }, images)
            older?.drop()
        } catch {
            guard let older, !older.restore() else { throw error }
            throw CompletedContentError(path: archive, step: .verification, cause: error)
        }
    }

    private func check(_ index: SavedArchiveIndex?, _ images: [PullRequest]) throws(SavedArchiveError) {
        guard let problem = index?.problem(saving: images.map(\.source.text), pulled: pulled.withLock(\.self)) else {
            return
        }
        throw SavedArchiveError(problem: problem)
    }

    private static func result<Value>(_ body: () async throws -> Value) async -> Result<Value, any Error> {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }

    private static func require(_ outcome: ChildProcess.Outcome, _ name: String) throws(EngineError) {
        guard outcome.status.isSuccess else { throw EngineError(outcome.cause(of: name)) }
    }
}
