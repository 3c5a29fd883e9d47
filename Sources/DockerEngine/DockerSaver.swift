import Compression
import Engine
import ImageArchive
import OCI
import Synchronization
import SystemIO

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
    private let output: DeferredOutput
    private let pulled = PulledImages()
    private let counters: TransferCounters
    private let chartSubstitute: ChartSubstitute?

    /// - Parameters:
    ///   - archive: the archive's path as it was typed.
    ///   - output: opens the place for the images. Called once, after the first command, so that a runner that finds no docker leaves
    ///     the place to another engine.
    ///   - chartSubstitute: handles charts where neither docker nor helm does; `nil` where that is an error.
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
        self.output = DeferredOutput(output)
        self.counters = counters
    }

    /// Asks docker and helm, as the scripts do.
    package func chartHandling() async throws -> ChartHandling {
        let handling = try await HelmCharts.handling(runner, otherwise: chartSubstitute)
        _ = try await output.opened()
        return handling
    }

    /// Pulls one image after the other.
    ///
    /// - Throws: also where there are more images than one `docker save` takes, before any is pulled; ``DockerAbsence`` if there is no
    ///   docker, before the first event.
    package func pull(_ images: [PullRequest], onEvent: @escaping @Sendable (SaveEvent) -> Void) async throws {
        try ArgumentSpace.ofSystem.require(
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
            } catch let absence as DockerAbsence {
                counters.plan(items: -images.count)
                throw absence
            }
            _ = try await output.opened()
            var outcome = PullOutcome(request, result)
            outcome.statistics = TransferStatistics(duration: start.duration(to: .now), tries: nil)
            onEvent(.finished(outcome))
            counters.finishItem()
        }
    }

    /// Saves all images with one `docker save`.
    ///
    /// - Throws: ``SavedArchiveError`` if what docker has written cannot be the images; the older archive stays.
    package func save(_ images: [PullRequest]) async throws {
        let output = try await output.opened()
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
        if case .archive(let archive)? = output.ifOpened { archive.discard() } else { 0 }
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
            pulled.note(Digest(printedByPull: outcome.output), of: name)
            return .pulled
        }
        let cause = outcome.cause(of: "docker pull")
        let inspected = try await runner.quiet(["docker", "inspect", name])
        return inspected.status.isSuccess ? .foundLocally(cause: cause) : .failed(cause: cause)
    }

    private func saveCommand(_ images: [PullRequest], intoFile: Bool) -> [String] {
        let command = ["docker", "save"] + images.map(\.source.text)
        guard case .powerShell = procedure, intoFile else { return command }
        return command + ["-o", archive]
    }

    /// Writes into the output, one piece behind the other.
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
        // One thread uses it after the other.
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

    /// Runs `docker save`, hands over what it writes, and checks that this can be the images.
    private func stream(
        _ images: [PullRequest],
        to take: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) async throws {
        let stream = try CommandStream()
        let counter = counters.begin("docker save", size: 0)
        defer { counter.end() }
        let tables = Mutex(TableReader())
        async let taken: Void = stream.read { bytes in
            try take(bytes)
            tables.withLock { $0.take(bytes) }
            counter.add(bytes.count)
        }
        let saved = await Self.result {
            try await runner.shown(
                saveCommand(images, intoFile: false),
                output: .descriptor(stream.descriptor)
            )
        }
        stream.endOfWriting()
        // What went wrong on this side comes first: docker only sees that nobody reads any more.
        try await taken
        try Self.require(try saved.get(), "docker save")
        try check(tables.withLock(\.savedTables), images)
    }

    /// Has docker write the file itself. A podman that can be recognized does not get to replace an older archive.
    private func saveIntoFile(_ images: [PullRequest], _ output: Output) async throws {
        if Set(images.map(\.source)).count > 1, let evidence = PodmanCommand.evidence(environment: runner.environment) {
            throw SavedArchiveError(
                problem: "\(DockerAbsence.podman(evidence)), and podman saves several images as a single one"
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
            try check(try await onThread { try? TableReader.savedTables(ofFile: path) }, images)
            older?.drop()
        } catch {
            guard let older, !older.restore() else { throw error }
            throw CompletedContentError(path: archive, step: .verification, cause: error)
        }
    }

    private func check(_ tables: SavedTables?, _ images: [PullRequest]) throws(SavedArchiveError) {
        guard let problem = tables?.problem(saving: images.map(\.source.text), pulled: pulled.digests) else { return }
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

/// The place of a save, which is opened once.
private final class DeferredOutput: Sendable {
    private let open: @Sendable () async throws -> DockerSaver.Output
    private let output = Mutex<DockerSaver.Output?>(nil)

    init(_ open: @escaping @Sendable () async throws -> DockerSaver.Output) { self.open = open }

    /// `nil` if it has not been opened.
    var ifOpened: DockerSaver.Output? { output.withLock(\.self) }

    /// The place, opened now if it has not been. Called by one task at a time.
    func opened() async throws -> DockerSaver.Output {
        if let output = ifOpened { return output }
        let opened = try await open()
        output.withLock { $0 = opened }
        return opened
    }
}

/// The identities of the images that were pulled, as the pulls have printed them.
private final class PulledImages: Sendable {
    private let known = Mutex<[String: Digest]>([:])

    /// By the names that were pulled.
    var digests: [String: Digest] { known.withLock(\.self) }

    func note(_ digest: Digest?, of name: String) { known.withLock { $0[name] = digest } }
}
