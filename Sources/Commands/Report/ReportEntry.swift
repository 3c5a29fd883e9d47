import Charts
import CommandLine
import Engine
import OCI
import SystemIO

/// What a report tells of an image: of a line of the list in a save, of a name that is made in the registry in a load.
struct ReportEntry: Sendable {
    enum Kind: String, Sendable {
        case image
        case manifestList = "manifest list"
        case chart
    }

    enum Result: String, Sendable, CaseIterable {
        /// It is in the archive, or, as a chart, in its file.
        case saved
        /// It is in the registry.
        case loaded
        /// It was fetched, but there is no archive.
        case pulled
        case failed
        /// The run ended before its outcome was known.
        case notReached = "not reached"
    }

    /// What became of blobs, in bytes.
    struct Bytes: Sendable, Equatable {
        /// Over the wire.
        var moved: Int64 = 0
        /// From another repository of the registry, by the registry itself.
        var mounted: Int64 = 0
        /// From what this machine had: an older archive, an unfinished one, or docker's local store.
        var reused: Int64 = 0
        /// There already, in the target or for an image before this one.
        var existing: Int64 = 0
        /// Left out of a delta.
        var omitted: Int64 = 0
    }

    /// As it stands in the list.
    let reference: String
    let kind: Kind
    /// The name at the source: in the registry of a save, in the archive of a load.
    let source: String?
    /// The name in the registry that is pushed to.
    let target: String?
    var sourceDigest: Digest?
    var targetDigest: Digest?
    /// Empty where they are not known.
    var platforms: [Platform] = []
    var bytes: Bytes?
    var isConfirmed: Bool?
    var statistics: TransferStatistics?
    var result = Result.notReached
    /// Why it failed; of an image of docker's local store, why it is from there.
    var cause: String?

    /// An image that is to be saved.
    init(_ request: PullRequest) {
        reference = request.image.reference
        kind = request.image.isChart ? .chart : .image
        source = request.source.text
        target = nil
    }

    /// A name that is to be made in the registry.
    init(_ step: LoadStep) {
        reference = step.image.reference
        target = step.target.text
        switch step.action {
        case .push(let name):
            kind = step.image.isChart ? .chart : .image
            source = name.text
        case .manifestList:
            kind = .manifestList
            source = nil
        }
    }

    /// A chart that is to be pushed from its file.
    ///
    /// - Parameter registry: as it was typed.
    init(chart reference: String, pushedTo registry: String) {
        let chart = ChartReference(reference)
        self.reference = reference
        kind = .chart
        source = chart.file
        target = chart.namespaceURL(in: registry)
    }
}

extension ReportEntry {
    /// Takes what became of the image.
    ///
    /// - Parameters:
    ///   - keepsManifest: whether the archive has the manifest as it is at the source.
    ///   - counted: the blobs of the images before, which are in the archive once.
    mutating func take(_ outcome: PullOutcome, keepsManifest: Bool, counted: inout Set<Digest>) {
        statistics = outcome.statistics
        platforms = outcome.platforms
        sourceDigest = outcome.manifest?.digest
        targetDigest = keepsManifest ? sourceDigest : nil
        switch outcome.result {
        case .pulled: result = .pulled
        case .foundLocally(let cause): (result, self.cause) = (.pulled, cause)
        case .failed(let cause): (result, self.cause) = (.failed, cause)
        }
        guard outcome.manifest != nil else { return }
        bytes = (outcome.blobs + outcome.referrerBlobs)
            .reduce(into: Bytes()) { bytes, blob in
                bytes.add(counted.insert(blob.blob.digest).inserted ? blob.result : .existing, blob.blob.size)
            }
    }

    /// Takes what became of the step.
    mutating func take(_ outcome: LoadOutcome) {
        statistics = outcome.statistics
        isConfirmed = outcome.isConfirmed
        cause = outcome.cause
        result = outcome.cause == nil ? .loaded : .failed
        switch outcome.product {
        case .unknown: break
        case .manifestList(_, let digest): targetDigest = digest
        case .push(let push):
            sourceDigest = push.source.digest
            targetDigest = push.manifest?.digest
            platforms = push.platforms
            guard push.manifest != nil else { return }
            bytes = push.blobs.reduce(into: Bytes()) { $0.add($1.result, $1.blob.size) }
        }
    }
}

extension ReportEntry.Bytes {
    fileprivate mutating func add(_ fate: BlobOutcome.Result, _ size: Int64) {
        switch fate {
        case .uploaded, .fetched: moved = moved.addingSaturated(size)
        case .mounted: mounted = mounted.addingSaturated(size)
        case .copied, .continued, .reused: reused = reused.addingSaturated(size)
        case .existing: existing = existing.addingSaturated(size)
        case .omitted: omitted = omitted.addingSaturated(size)
        }
    }

    static func + (left: Self, right: Self) -> Self {
        Self(
            moved: left.moved.addingSaturated(right.moved),
            mounted: left.mounted.addingSaturated(right.mounted),
            reused: left.reused.addingSaturated(right.reused),
            existing: left.existing.addingSaturated(right.existing),
            omitted: left.omitted.addingSaturated(right.omitted)
        )
    }
}
