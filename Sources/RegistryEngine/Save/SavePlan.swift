import Engine
import ImageArchive
import OCI

/// The plan of a save: the resolved images, and the archive as it will be if no other image fails.
struct SavePlan: Sendable {
    let tracker: ImageCompletionTracker
    let archive: ArchivePlan
    /// The blobs of other archives, which a delta archive omits.
    let omitted: OmittedBlobs

    /// - Parameters:
    ///   - knownSizes: the registries' sizes of blobs for which manifests list different sizes.
    ///   - omitted: the blobs to omit because another archive has them.
    ///   - capacity: the size of the archive's file system, in bytes; `nil` if it is unknown.
    ///   - outcomes: gets the outcomes of images whose manifests contradict others. Referrers that contradict them are omitted.
    init(
        _ names: [ResolvedName],
        knownSizes: [Digest: Int64],
        omitting omitted: OmittedBlobs,
        isGzip: Bool,
        capacity: Int64?,
        outcomes: OrderedOutcomes
    ) throws {
        var tracker = ImageCompletionTracker(names)
        var sizes = BlobSizes(known: knownSizes)
        var verdicts: [ImageCompletionTracker.Verdict] = []
        for image in tracker.images {
            do throws(BlobSizeError) {
                try BlobSizes.check(image, omitting: omitted, capacity: capacity)
                try sizes.add(image)
            } catch {
                verdicts += tracker.fail(image.reference, "\(error)")
            }
        }
        // The sizes in the images' manifests take precedence over those in referrers.
        for image in tracker.images {
            for (number, referrer) in image.referrers.enumerated() {
                do throws(BlobSizeError) {
                    try sizes.add(referrer)
                } catch {
                    verdicts += tracker.fail(image.reference, referrer: number, "\(error)")
                }
            }
        }
        let layout = ContainerdLayout(of: tracker.images, omitting: omitted)
        let archive = try ArchivePlan(layout, isGzip: isGzip)
        for blob in tracker.blobs where omitted[blob.id] == nil && archive.entry(of: blob.id) == nil {
            verdicts += tracker.fail(blob.id, "\(blob.id) is a manifest, and a blob of another one").verdicts
        }
        outcomes.settle(verdicts)
        self.tracker = tracker
        self.omitted = omitted
        self.archive = archive
    }

    /// The blobs to write into the archive, without duplicates, in the order of the list.
    var blobs: [Descriptor] { tracker.blobs.map(\.descriptor).filter { omitted[$0.digest] == nil } }

    /// The blobs of the images that the archive omits.
    var omittedBlobs: [Descriptor] { tracker.blobs.map(\.descriptor).filter { omitted[$0.digest] != nil } }
}
