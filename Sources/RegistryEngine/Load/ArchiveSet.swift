import Engine
import ImageArchive
import OCI

/// The open archives of a load. Each archive can use the blobs of the others.
///
/// If two archives have an image with the same name, the later archive wins, as after two `docker load`.
struct ArchiveSet: Sendable {
    /// An image with its archive.
    struct Image: Sendable {
        let image: DockerArchive.Image
        let archive: DockerArchive
        fileprivate let composer: ImageComposer

        var summary: ImageSummary { ImageSummary(reference: image.reference, digest: image.id) }

        /// Returns the manifests to push. Builds the image first if the archive has no manifest of it.
        func select() throws -> PushSelection { try PushSelection(of: image, in: archive, composer) }
    }

    /// The images in the order in which docker would print them.
    let images: [Image]
    /// The referrers of the images.
    let referrers: [ArchivedReferrer]
    /// The blobs that an archive omits and no other archive has.
    let omitted: OmittedBlobs
    /// One sentence for each part of a split archive that is missing or cannot be read.
    let defects: [String]
    /// The blobs of all archives without duplicates.
    let blobs: [(digest: Digest, content: ArchivedContent)]
    private let byName: [Reference: Image]
    private let byDigest: [Digest: Image]

    /// - Parameter archives: the archives in the order of the command line.
    init(_ archives: [(archive: DockerArchive, composer: ImageComposer)]) {
        let joined = archives.indices.map { index in
            archives[index].archive
                .completed(by: archives.indices.filter { $0 != index }.map { archives[$0].archive })
        }
        images = zip(joined, archives)
            .flatMap { archive, opened in
                archive.images.map { Image(image: $0, archive: archive, composer: opened.composer) }
            }
        referrers = joined.flatMap(\.referrers)
        var omitted = OmittedBlobs()
        for archive in joined { omitted.add(archive.omitted.filter { archive.blob($0) == nil }) }
        self.omitted = omitted
        defects = joined.flatMap(\.defects)
        var seen: Set<Digest> = []
        blobs = joined.flatMap { archive in
            archive.blobs.filter { seen.insert($0).inserted }
                .compactMap { digest in archive.blob(digest).map { (digest, $0) } }
        }
        byName = Dictionary(images.compactMap { image in image.image.reference.map { ($0, image) } }) { $1 }
        byDigest = Dictionary(images.map { ($0.image.id, $0) }) { first, _ in first }
    }

    /// Returns the image with the digest of `source`, or with its name if it has no digest.
    func image(_ source: Reference) -> Image? {
        source.digest.map { byDigest[$0] } ?? byName[source]
    }
}
