import FoundationEssentials
import OCI
import SystemIO

/// An archive of images, open for reading: of any layout and compression that `docker load` takes.
///
/// Manifests are read when they are asked for, and blobs are read from where they lie, by many threads at once.
public struct DockerArchive: Sendable {
    /// An image by the name that it has in the archive.
    public struct Image: Sendable {
        /// Its name, or `nil` where it was saved without one.
        package let reference: Reference?
        /// What docker calls it where it has no name: the digest of its manifest, else of its configuration.
        package let id: Digest
        let source: Source

        /// How the archive has the image.
        enum Source: Sendable {
            /// By its manifest, or its index.
            case manifest(Descriptor)
            /// By the names of the entries that are its configuration and its layers.
            case item(ManifestItem)
        }

        /// The image's manifest or index as its registry had it; `nil` where the archive has none, so that one has to be made
        /// by an ``ImageComposer``.
        public var original: Descriptor? {
            if case .manifest(let descriptor) = source { descriptor } else { nil }
        }

        /// What an image without an original consists of.
        var item: ManifestItem? {
            if case .item(let item) = source { item } else { nil }
        }
    }

    /// The images, in the order in which docker tells of them.
    public let images: [Image]
    /// The blobs that it leaves out, if it is a delta archive.
    package let omitted: OmittedBlobs
    /// What refers to the images.
    package let referrers: [ArchivedReferrer]
    /// What the archive is called in messages.
    let path: String
    let entries: ArchiveEntries
    /// Of other archives, which may have blobs that this one lacks.
    private var others: [ArchiveEntries] = []
    /// The layers that were compressed while the archive was unpacked, by diff ID.
    let layers: [Digest: CompressedLayer]
    let temporary: TemporarySpace

    /// What is missing of an archive in parts, or cannot be read: a sentence each.
    package var defects: [String] { entries.defects }

    /// Opens the archive called `path`; one that has to be unpacked can take minutes.
    ///
    /// - Parameters:
    ///   - temporaryDirectory: where what has to be unpacked goes. Nothing is left there, however the process ends.
    ///   - notice: told what is about to be done with temporary space.
    ///   - unpacking: called where the archive has to be unpacked, with its size, `nil` for that of a pipe; what it gives is called
    ///     with the number of bytes each time that some were read.
    /// - Throws: `FileError`, or ``ArchiveError``.
    public init(
        path: String,
        temporaryDirectory: String = "/tmp",
        notice: (String) -> Void = { _ in },
        unpacking: (_ size: Int64?) -> (Int) -> Void = { _ in { _ in } }
    ) throws {
        try self.init(
            ArchiveLocation(path),
            temporaryDirectory: temporaryDirectory,
            notice: notice,
            unpacking: unpacking
        )
    }

    /// Opens an archive, as ``init(path:temporaryDirectory:notice:unpacking:)`` does.
    package init(
        _ location: ArchiveLocation,
        temporaryDirectory: String,
        notice: (String) -> Void = { _ in },
        unpacking: (_ size: Int64?) -> (Int) -> Void = { _ in { _ in } }
    ) throws {
        let path = location.description
        self.path = path
        temporary = TemporarySpace(directory: temporaryDirectory)
        let file = try location.open()
        let opening = try ArchiveOpening(
            file,
            temporary: temporary,
            notice: { notice("\(path) \($0)") },
            unpacking: unpacking
        )
        entries = opening.entries
        layers = opening.layers
        if let parts = file as? SplitFile, !["index.json", "manifest.json"].contains(where: entries.has) {
            throw ArchiveError.tablesMissing(behind: try parts.lastPath, defects: entries.defects)
        }
        let catalog = try ArchiveCatalog(of: opening.entries)
        images = catalog.images
        referrers = catalog.referrers
        omitted = try ArchiveCatalog.omittedBlobs(of: opening.entries)
    }

    /// The archive with the blobs of others for those that it lacks.
    package func completed(by others: [DockerArchive]) -> DockerArchive {
        var archive = self
        archive.others = others.map(\.entries)
        return archive
    }

    /// The content of a blob, or `nil` where the archive lacks it. Its size is what the archive says.
    public func blob(_ digest: Digest) -> ArchivedContent? {
        let name = OCILayout.path(of: digest)
        return entries[name] ?? others.lazy.compactMap { $0[name] }.first
    }

    /// The digests of all that the archive calls by one, whether an image needs it or not.
    package var blobs: [Digest] { entries.blobs }

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
