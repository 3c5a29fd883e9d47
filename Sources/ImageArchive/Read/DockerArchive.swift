import FoundationEssentials
import OCI
import SystemIO

/// An archive of images, open for reading: of any layout and compression that `docker load` accepts.
///
/// Manifests are read on demand, and blobs are read in place, by many threads at once.
public struct DockerArchive: Sendable {
    /// An image by its name in the archive.
    public struct Image: Sendable {
        /// The name of the image; `nil` if it was saved without one.
        package let reference: Reference?
        /// Docker's ID of an image without a name: the digest of its manifest, else of its configuration.
        package let id: Digest
        let source: Source

        /// The form of the image in the archive.
        enum Source: Sendable {
            /// The image's manifest or index.
            case manifest(Descriptor)
            /// The names of the entries that are the image's configuration and layers.
            case item(ManifestItem)
        }

        /// The image's manifest or index from its registry; `nil` if the archive has none, so an ``ImageComposer`` has to create one.
        public var original: Descriptor? {
            if case .manifest(let descriptor) = source { descriptor } else { nil }
        }

        /// The entries of an image without an original.
        var item: ManifestItem? {
            if case .item(let item) = source { item } else { nil }
        }
    }

    /// The images, in the order in which docker lists them.
    public let images: [Image]
    /// The blobs that a delta archive omits.
    package let omitted: OmittedBlobs
    /// The referrers of the images.
    package let referrers: [ArchivedReferrer]
    /// The name of the archive in messages.
    let path: String
    let entries: ArchiveEntries
    /// The entries of other archives, which may have blobs that this one lacks.
    private var others: [ArchiveEntries] = []
    /// The layers that were compressed while the archive was unpacked, by diff ID.
    let layers: [Digest: CompressedLayer]
    let temporary: TemporarySpace

    /// The missing or unreadable parts of a split archive: a sentence each.
    package var defects: [String] { entries.defects }

    /// Opens the archive called `path`; unpacking an archive can take minutes.
    ///
    /// - Parameters:
    ///   - temporaryDirectory: the directory for unpacked content. Nothing is left there, however the process ends.
    ///   - notice: called before temporary space is used.
    ///   - unpacking: called if the archive has to be unpacked, with its size, `nil` for a pipe. The result is called with the number
    ///     of bytes of each piece that is read.
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
            throw ArchiveError.tablesMissing(lastPart: try parts.lastPath, defects: entries.defects)
        }
        let catalog = try ArchiveCatalog(of: opening.entries)
        images = catalog.images
        referrers = catalog.referrers
        omitted = try ArchiveCatalog.omittedBlobs(of: opening.entries)
    }

    /// Returns the archive with the blobs of other archives for those that it lacks.
    package func completed(by others: [DockerArchive]) -> DockerArchive {
        var archive = self
        archive.others = others.map(\.entries)
        return archive
    }

    /// Returns the content of a blob; `nil` if the archive lacks it. Its size is that of the archive's entry.
    public func blob(_ digest: Digest) -> ArchivedContent? {
        let name = OCILayout.path(of: digest)
        return entries[name] ?? others.lazy.compactMap { $0[name] }.first
    }

    /// The digests in the names of all entries, whether an image needs them or not.
    package var blobs: [Digest] { entries.blobs }

    /// Reads the manifest of a descriptor, and verifies its digest.
    ///
    /// - Returns: `nil` if the archive lacks it.
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
