import Engine
import ImageArchive
import OCI

/// What a save is going to write: the images that were found, and the archive as it would be if no other image failed.
struct SavePlan: Sendable {
    let ledger: ImageCompletionTracker<SavedImage>
    let archive: ArchivePlan
    /// What other archives have, of these images or others.
    let omitted: OmittedBlobs

    /// - Parameters:
    ///   - knownSizes: what the registries tell of blobs of which manifests tell different sizes.
    ///   - omitted: blobs that are left out, since another archive has them.
    ///   - capacity: the size of the archive's file system, in bytes; `nil` if it is unknown.
    ///   - outcomes: told of the images whose manifests contradict others. Their referrers are left out where they do that.
    init(
        _ found: [ImageSearch<SavedImage>.Found],
        knownSizes: [Digest: Int64],
        omitting omitted: OmittedBlobs,
        isGzip: Bool,
        capacity: Int64?,
        outcomes: OrderedOutcomes
    ) throws {
        var ledger = ImageCompletionTracker(found)
        var sizes = BlobSizes(known: knownSizes)
        var verdicts: [ImageCompletionTracker<SavedImage>.Verdict] = []
        for image in ledger.images {
            do throws(BlobSizeError) {
                try BlobSizes.check(image, omitting: omitted, capacity: capacity)
                try sizes.add(image)
            } catch {
                verdicts += ledger.fail(image.reference, "\(error)")
            }
        }
        // What the images tell of their blobs counts before what somebody tells who refers to them.
        for image in ledger.images {
            for (number, referrer) in image.referrers.enumerated() {
                do throws(BlobSizeError) {
                    try sizes.add(referrer)
                } catch {
                    verdicts += ledger.fail(referrer: number, of: image.reference, "\(error)")
                }
            }
        }
        let layout = ContainerdLayout(of: ledger.images, omitting: omitted)
        let archive = try ArchivePlan(layout, isGzip: isGzip)
        for part in ledger.parts where omitted[part.name] == nil && archive.entry(of: part.name) == nil {
            verdicts += ledger.fail(part.name, "\(part.name) is a manifest, and a blob of another one").verdicts
        }
        for verdict in verdicts { outcomes.settle(verdict.name, verdict.outcome) }
        self.ledger = ledger
        self.omitted = omitted
        self.archive = archive
    }

    /// The blobs that the archive gets, each once, in the order of the list.
    var blobs: [Descriptor] { ledger.parts.map(\.blob).filter { omitted[$0.digest] == nil } }

    /// The other blobs of the images.
    var omittedBlobs: [Descriptor] { ledger.parts.map(\.blob).filter { omitted[$0.digest] != nil } }
}
