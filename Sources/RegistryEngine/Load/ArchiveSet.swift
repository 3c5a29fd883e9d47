import ImageArchive
import OCI

/// The archives of a load, open. A blob that one of them lacks may be in another.
///
/// Where two have an image of one name, the later one's counts, as after two `docker load`.
struct ArchiveSet: Sendable {
    /// An image, and the archive that has it.
    struct Image: Sendable {
        let image: DockerArchive.Image
        let archive: DockerArchive
        private let composer: ImageComposer

        fileprivate init(_ image: DockerArchive.Image, _ archive: DockerArchive, _ composer: ImageComposer) {
            self.image = image
            self.archive = archive
            self.composer = composer
        }

        /// What of it can be pushed; an image that has to be composed is composed now.
        func select() throws -> PushSelection { try PushSelection(of: image, in: archive, composer) }
    }

    /// In the order in which docker would tell of them.
    let images: [Image]
    /// What refers to the images.
    let referrers: [ArchivedReferrer]
    /// The blobs that an archive leaves out and no other one has.
    let omitted: OmittedBlobs
    /// What is missing of archives in parts, or cannot be read: a sentence each.
    let defects: [String]
    /// Every digest that an archive calls something by, with the first that does.
    let blobs: [(digest: Digest, content: ArchivedContent)]
    private let byName: [String: Image]
    private let byDigest: [Digest: Image]

    /// - Parameter archives: in the order of the command line.
    init(_ archives: [(archive: DockerArchive, composer: ImageComposer)]) {
        let joined = archives.indices.map { index in
            archives[index].archive
                .completed(by: archives.indices.filter { $0 != index }.map { archives[$0].archive })
        }
        images = zip(joined, archives)
            .flatMap { archive, opened in
                archive.images.map { Image($0, archive, opened.composer) }
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
        byName = Dictionary(images.compactMap { image in image.image.reference.map { ($0.description, image) } }) { $1 }
        byDigest = Dictionary(images.map { ($0.image.id, $0) }) { first, _ in first }
    }

    /// The image of a name, or by the digest in it.
    func image(_ source: Reference) -> Image? {
        source.digest.map { byDigest[$0] } ?? byName[source.description]
    }
}
