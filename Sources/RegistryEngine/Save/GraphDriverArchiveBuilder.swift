import Engine
import ImageArchive
import OCI
import Registry
import Synchronization
import SystemIO

/// Downloads the unpacked layers of images into an archive, each once, in the order of the archive.
///
/// Small layers are downloaded concurrently into memory, which hides the latency of the registry. Large layers are written straight
/// to the archive, at the speed of their compression.
///
/// A layer that is missing or does not match its diff ID fails only the images that have it; the finished archive omits them.
/// Complete layers of an earlier run are reused.
final class GraphDriverArchiveBuilder: Sendable {
    private let setup: SaveSetup
    private let format: GraphDriverFormat
    private let outcomes: OrderedOutcomes
    private let writer: GraphDriverArchiveWriter
    private let ledger: Mutex<ImageCompletionTracker>
    /// The planned size of each layer, in bytes.
    private let sizes: [Digest: Int64]

    /// - Parameter outcomes: receives each image when all its layers are in the archive, or when it fails.
    /// - Throws: an error if the file system has too little space for the archive.
    init(
        _ names: [ResolvedName],
        _ format: GraphDriverFormat,
        _ setup: SaveSetup,
        outcomes: OrderedOutcomes
    ) throws {
        let ledger = ImageCompletionTracker(names)
        self.setup = setup
        self.format = format
        self.outcomes = outcomes
        writer = try GraphDriverArchiveWriter(
            format.layout(of: ledger.images.compactMap(\.unpacked)),
            wrapping: setup.wrapping,
            to: setup.output,
            temporaryDirectory: setup.temporaryDirectory
        )
        let blobs = ledger.blobs
        try writer.requireSpace(for: blobs.map(\.descriptor.size))
        sizes = Dictionary(blobs.map { ($0.id, $0.descriptor.size) }) { first, _ in first }
        for blob in blobs { setup.counters.plan(bytes: blob.descriptor.size) }
        self.ledger = Mutex(ledger)
    }

    /// Moves all layers into the archive.
    func run() async throws {
        setup.counters.enter(.reusing)
        try await reuseLayers()
        setup.counters.enter(nil)
        let limit = min(Self.largestAhead, Self.memory / Int64(setup.jobs))
        try await orderedWindow(over: writer.layers, width: setup.jobs) { [self] diffID -> Ahead? in
            let sources = sources(of: diffID)
            guard !writer.isKept(diffID), sources.allSatisfy({ $0.blob.size <= limit && !$0.blob.isForeignLayer })
            else { return nil }
            let memory = MemorySink()
            do {
                let fate = try await fetch(diffID, from: sources, to: memory)
                return .content(memory.bytes, fate)
            } catch let failure as BlobFailure {
                return .failure(failure)
            }
        } consume: { [self] diffID, ahead in
            do {
                let fate = try await write(diffID, ahead)
                settle { $0.complete(diffID, fate) }
            } catch let error as BlobFailure {
                leaveOut(diffID, error.description)
            } catch let error as LayerError {
                leaveOut(diffID, error.description)
            }
        }
    }

    /// Leaves out the images that have failed, and gives the archive its name.
    ///
    /// - Returns: the images without a name that `index.json` leaves out.
    func finish() async throws -> [Reference] {
        let images = ledger.withLock(\.images).compactMap(\.unpacked)
        let layout = format.layout(of: images)
        setup.counters.enter(.finishing)
        try await onThread { [writer, output = setup.output] in
            try writer.finish(as: layout)
            try output.commit()
        }
        return layout.unlistedImages
    }

    /// Verifies the layers of an earlier run. Each is moved to its final offset when the archive reaches it.
    private func reuseLayers() async throws {
        let here = Mutex<Int64>(0)
        try await slidingWindow(over: writer.layers, width: setup.jobs) { [self] diffID in
            guard let proof = try await onThread({ [writer] in try writer.proof(of: diffID) }) else { return }
            writer.keep(proof)
            let size = sizes[diffID] ?? 0
            setup.counters.skip(bytes: size)
            here.withLock { $0 += size }
        } deliver: { _, _ in
        }
        let taken = here.withLock(\.self)
        guard taken > 0 else { return }
        let all = GraphDriverArchiveWriter.size(of: Array(sizes.values))
        setup.notice(Notice(.continuing, "continuing: \(ByteCount(taken)) of \(ByteCount(all)) are here"))
    }

    /// A layer that was downloaded before the archive reached it.
    private enum Ahead: Sendable {
        case content([UInt8], BlobOutcome.Result)
        case failure(BlobFailure)
    }

    /// The size of the largest layer that is downloaded into memory, in bytes.
    private static let largestAhead: Int64 = 4 << 20
    /// The limit for all layers in memory, in bytes.
    private static let memory: Int64 = 64 << 20

    /// The blob of a layer, and the repositories that have it.
    private struct Source: Sendable {
        let blob: Descriptor
        var repositories: [Repository]
    }

    /// Returns the sources of a layer in list order; empty if all images that have it have failed.
    private func sources(of diffID: Digest) -> [Source] {
        let owners = ledger.withLock { ledger in ledger.isWanted(diffID) ? ledger.owners(of: diffID) : [] }
        var sources: [Source] = []
        for owner in owners {
            let repository = owner.reference.repository
            for layer in owner.unpacked?.layers ?? [] where layer.diffID == diffID {
                guard let known = sources.firstIndex(where: { $0.blob.digest == layer.descriptor.digest }) else {
                    sources.append(Source(blob: layer.descriptor, repositories: [repository]))
                    continue
                }
                if !sources[known].repositories.contains(repository) { sources[known].repositories.append(repository) }
            }
        }
        return sources
    }

    private func write(_ diffID: Digest, _ ahead: Ahead?) async throws -> BlobOutcome.Result {
        if try await onThread({ [writer] in try writer.takeOverLayer() }) { return .continued }
        let sources = sources(of: diffID)
        guard !sources.isEmpty else { throw BlobFailure("no image wants it any more") }
        let layer = try writer.beginLayer()
        switch ahead {
        case .failure(let failure): throw failure
        case .content(let bytes, let fate):
            try await onThread {
                try bytes.withUnsafeBytes(layer.append)
                try layer.finish()
            }
            return fate
        case nil:
            return try await fetch(diffID, from: sources, to: layer) { try await onThread { try layer.finish() } }
        }
    }

    /// Downloads a layer from the first source that has it.
    ///
    /// - Parameter finish: verifies the downloaded layer; if it throws, the next source is tried.
    private func fetch(
        _ diffID: Digest,
        from sources: [Source],
        to destination: any ByteSink,
        finish: () async throws -> Void = {}
    ) async throws -> BlobOutcome.Result {
        var first: (any Error)?
        for source in sources {
            let counter = setup.counters.begin(
                "\(source.blob.digest.short) of \(source.repositories[0])",
                size: source.blob.size
            )
            let tally = RetryCounter()
            defer {
                counter.end()
                outcomes.add(retries: tally.count, for: ledger.withLock { $0.names(of: diffID) })
            }
            do {
                if first != nil { try destination.restart() }
                let fate = try await RetryCounter.$current.withValue(tally) {
                    try await setup.fetcher.download(
                        source.blob,
                        from: source.repositories,
                        to: destination,
                        counter
                    )
                }
                try await finish()
                return fate
            } catch let error where error is BlobFailure || error is LayerError {
                counter.restart()
                first = first ?? error
            }
        }
        throw first ?? BlobFailure("no image wants it any more")
    }

    private func leaveOut(_ diffID: Digest, _ cause: String) {
        writer.leaveOutLayer()
        setup.counters.plan(bytes: -(sizes[diffID] ?? 0))
        settle { $0.fail(diffID, cause).verdicts }
    }

    private func settle(
        _ change: (inout ImageCompletionTracker) -> [ImageCompletionTracker.Verdict]
    ) {
        outcomes.settle(ledger.withLock { change(&$0) })
    }
}
