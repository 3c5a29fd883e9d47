import ByteIO
import FoundationEssentials
import Hashing
import ImageModel
import Synchronization

/// An archive of images, open for reading: of any layout and compression that `docker load` takes.
///
/// Manifests are read when they are asked for, and blobs are read from where they lie. Where an archive has no manifests,
/// but only layers and configurations, images are composed of those.
public final class DockerArchive: Sendable {
    /// An image by the name that it has in the archive.
    public struct Image: Sendable {
        /// Its name, or `nil` where it was saved without one.
        public let reference: Reference?
        /// What docker calls it where it has no name: the digest of its manifest, else of its configuration.
        public let id: Digest
        let content: Content

        enum Content: Sendable {
            /// Its manifest, or its index.
            case manifest(Descriptor)
            /// Its configuration and layers by the names of their entries.
            case item(ManifestItem)
        }

        fileprivate var item: ManifestItem? {
            if case .item(let item) = content { item } else { nil }
        }
    }

    /// What an image of the archive is in a registry.
    public enum Form: Sendable {
        /// What this describes, an image or an index, and all below it that the archive has.
        case original(Descriptor)
        /// An image that was composed.
        case composed(Manifest)
    }

    /// The images, in the order in which docker tells of them.
    public let images: [Image]
    private let entries: ArchiveEntries
    private let composer: Mutex<ImageComposer>
    private let composed = Mutex<[Digest: ArchivedContent]>([:])

    /// Opens the archive called `path`; one that has to be unpacked can take minutes.
    ///
    /// - Parameters:
    ///   - temporaryFolder: where what has to be unpacked goes. Nothing is left there, however the process ends.
    ///   - notice: told what is about to be done with temporary space.
    /// - Throws: `FileError`, or ``ArchiveError``.
    public init(path: String, temporaryFolder: String = "/tmp", notice: (String) -> Void = { _ in }) throws {
        let file = try File(path, for: .reading)
        let temporary = TemporarySpace(folder: temporaryFolder)
        let opening = try ArchiveOpening(file, temporary: temporary) { notice("\(path) \($0)") }
        entries = opening.entries
        let composer = ImageComposer(opening.entries, layers: opening.layers, temporary: temporary)
        images = try ArchiveCatalog.images(of: opening.entries)
        let needed = try composer.spaceNeeded(for: images.compactMap(\.item))
        if needed > 0 {
            let spool = try temporary.spool()
            try spool.requireSpace(for: needed)
            notice(
                "\(path) has layers to be compressed, which takes about \(needed) bytes of temporary space in \(spool.folder)"
            )
        }
        self.composer = Mutex(composer)
    }

    /// The content of a blob, or `nil` where the archive lacks it. Its size is what the archive says.
    public func blob(_ digest: Digest) -> ArchivedContent? {
        composed.withLock { $0[digest] } ?? entries[OCILayout.path(of: digest)]
    }

    /// What an image is in a registry. One that has to be composed can take minutes, and its blobs are there from then on.
    public func form(of image: Image) throws -> Form {
        switch image.content {
        case .manifest(let descriptor):
            return .original(descriptor)
        case .item(let item):
            let composition = try composer.withLock { try $0.compose(item) }
            composed.withLock { $0.merge(composition.blobs) { _, new in new } }
            return .composed(composition.manifest)
        }
    }

    /// Reads the manifest that a descriptor names, and verifies its digest.
    ///
    /// - Returns: `nil` where the archive lacks it.
    public func manifest(_ descriptor: Descriptor) throws -> Manifest? {
        guard let content = blob(descriptor.digest) else { return nil }
        let name = OCILayout.path(of: descriptor.digest)
        let bytes = try content.bytes(of: name, limit: Manifest.sizeLimit)
        let digest = ContentHash.digest(of: bytes, descriptor.digest.algorithm)
        guard digest == descriptor.digest else { throw ArchiveError.damaged("its \(name) has the digest \(digest)") }
        do {
            return try Manifest(bytes: bytes, digest: digest, servedAs: descriptor.mediaType)
        } catch {
            throw ArchiveError.malformed(entry: name, problem: "\(error)")
        }
    }
}
