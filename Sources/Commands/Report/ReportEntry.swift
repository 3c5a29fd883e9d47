import Charts
import CommandLine
import Engine
import OCI
import SystemIO

/// The report of an image: of a list entry in a save, of a target name in a load.
struct ReportEntry: Sendable {
    enum Kind: String, Sendable {
        case image
        case manifestList = "manifest list"
        case chart
    }

    enum Result: String, Sendable, CaseIterable {
        /// The archive has the image, or the chart's file was written.
        case saved
        /// The registry has the image.
        case loaded
        /// The image was pulled, but the archive was not written.
        case pulled
        case failed
        /// The run ended before its outcome was known.
        case notReached = "not reached"
    }

    /// Bytes of blobs by their outcome.
    struct Bytes: Sendable, Equatable {
        /// Downloaded or uploaded.
        var moved: Int64 = 0
        /// Mounted by the registry from another repository.
        var mounted: Int64 = 0
        /// Copied on this machine from an older archive, an unfinished one, or docker's local store.
        var reused: Int64 = 0
        /// Present already in the target, or for an image before this one.
        var existing: Int64 = 0
        /// Left out of a delta archive.
        var omitted: Int64 = 0
    }

    /// The unmodified entry of the list.
    let reference: String
    let kind: Kind
    /// The name at the source: in the registry of a save, in the archive of a load.
    let source: String?
    /// The name in the registry that is pushed to.
    let target: String?
    var sourceDigest: Digest?
    var targetDigest: Digest?
    /// The image's platforms; empty if they are unknown.
    var platforms: [Platform] = []
    var bytes: Bytes?
    var isConfirmed: Bool?
    var statistics: TransferStatistics?
    var result = Result.notReached
    /// The reason of a failure, or of the use of docker's local store.
    var cause: String?

    /// An image to save.
    init(_ request: PullRequest) {
        reference = request.image.reference
        kind = request.image.isChart ? .chart : .image
        source = request.source.text
        target = nil
    }

    /// A step of a load.
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

    /// A chart to push from its file.
    ///
    /// - Parameter registry: the value of `--registry`.
    init(chart reference: String, pushedTo registry: String) {
        let chart = ChartReference(reference)
        self.reference = reference
        kind = .chart
        source = chart.file
        target = chart.namespaceURL(in: registry)
    }
}

extension ReportEntry {
    /// Records the outcome of a pull.
    ///
    /// - Parameters:
    ///   - keepsManifest: whether the archive has the unmodified manifest of the source.
    ///   - counted: the blobs of the images before, which the archive has once.
    mutating func record(_ outcome: PullOutcome, keepsManifest: Bool, counted: inout Set<Digest>) {
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

    /// Records the outcome of a step.
    mutating func record(_ outcome: LoadOutcome) {
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
    fileprivate mutating func add(_ result: BlobOutcome.Result, _ size: Int64) {
        switch result {
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
