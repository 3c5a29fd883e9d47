import DockerArchive
import ImageEngine
import ImageModel

/// What a save is going to write: the images that were found, and the archive as it would be if no other image failed.
struct SavePlan: Sendable {
    let ledger: ImageLedger<SavedImage>
    let archive: ArchivePlan
    /// What other archives have, of these images or others.
    let omitted: OmittedBlobs

    /// - Parameters:
    ///   - knownSizes: what the registries tell of blobs of which manifests tell different sizes.
    ///   - omitted: blobs that are left out, since another archive has them.
    ///   - outcomes: told of the images whose manifests contradict others.
    init(
        _ found: [ImageSearch<SavedImage>.Found],
        knownSizes: [Digest: Int64],
        omitting omitted: OmittedBlobs,
        isGzip: Bool,
        outcomes: OrderedOutcomes
    ) throws {
        var ledger = ImageLedger(found)
        var sizes = BlobSizes(known: knownSizes)
        for image in ledger.images {
            do throws(BlobSizeError) {
                try sizes.add(image)
            } catch {
                for verdict in ledger.fail(image.reference, "\(error)") {
                    outcomes.settle(verdict.name, verdict.outcome)
                }
            }
        }
        self.ledger = ledger
        self.omitted = omitted
        archive = try ArchivePlan(ContainerdLayout(of: ledger.images, omitting: omitted), isGzip: isGzip)
    }

    /// The blobs that the archive gets, each once, in the order of the list.
    var blobs: [Descriptor] { ledger.parts.map(\.blob).filter { omitted[$0.digest] == nil } }

    /// The other blobs of the images.
    var omittedBlobs: [Descriptor] { ledger.parts.map(\.blob).filter { omitted[$0.digest] != nil } }
}
