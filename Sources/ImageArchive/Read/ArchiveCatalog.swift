import OCI

/// The images of an archive, read from one of its two tables.
///
/// `index.json` lists the manifests of the registry, and is preferred, as in docker's containerd store. An archive that
/// Docker 25 or later saved from a graph driver has generated manifests of uncompressed layers instead. The `LayerSources` in
/// its `manifest.json` identify it. `manifest.json` is read for such an archive, and if there is no `index.json`.
struct ArchiveCatalog {
    /// In the order in which docker lists them.
    let images: [DockerArchive.Image]
    /// The referrers of the images; empty if `manifest.json` is read.
    let referrers: [ArchivedReferrer]

    init(of entries: ArchiveEntries) throws {
        var items: [ManifestItem]?
        if let content = entries["manifest.json"] {
            items = try ManifestItem.read(try content.bytes(of: "manifest.json", limit: Self.limit))
        }
        let isFromGraphDriver = items.map { $0.contains(where: \.hasLayerSources) } ?? false
        if let index = entries["index.json"], !isFromGraphDriver {
            try Self.checkLayout(entries)
            (images, referrers) = try Self.read(index: try index.bytes(of: "index.json", limit: Self.limit))
            return
        }
        guard let items else { throw ArchiveError.missing(entry: "manifest.json") }
        images = try Self.images(of: items, in: entries)
        referrers = []
    }

    /// Returns the blobs that a delta archive omits; none for any other archive.
    static func omittedBlobs(of entries: ArchiveEntries) throws -> OmittedBlobs {
        let name = OmittedBlobs.entryName
        return try entries[name].map { try OmittedBlobs(json: try $0.bytes(of: name, limit: limit)) } ?? OmittedBlobs()
    }

    /// In bytes, as docker's containerd store limits its JSON.
    static let limit = 20 << 20

    private static func images(of items: [ManifestItem], in entries: ArchiveEntries) throws -> [DockerArchive.Image] {
        let named = try items.flatMap { item in
            try item.references.map { try image($0, item, in: entries) }
        }
        // As in docker: if the last item has no name, all images are also listed by ID.
        guard items.last.map(\.references.isEmpty) ?? false else { return named }
        return named + (try items.map { try image(nil, $0, in: entries) })
    }

    private static func image(
        _ reference: Reference?,
        _ item: ManifestItem,
        in entries: ArchiveEntries
    ) throws -> DockerArchive.Image {
        DockerArchive.Image(reference: reference, id: try id(of: item, in: entries), source: .item(item))
    }

    /// Returns the digest of an image's configuration. If the entry's name has the digest, the entry is not read: it may be
    /// damaged or missing, which must not affect the other images.
    private static func id(of item: ManifestItem, in entries: ArchiveEntries) throws -> Digest {
        if let digest = item.configurationDigest { return digest }
        guard let content = entries[item.configuration] else { throw ArchiveError.missing(entry: item.configuration) }
        return ContentHash.digest(of: try content.bytes(of: item.configuration, limit: ImageConfiguration.sizeLimit))
    }

    private static func read(
        index json: [UInt8]
    ) throws -> (images: [DockerArchive.Image], referrers: [ArchivedReferrer]) {
        struct Index: Decodable {
            var manifests: [Descriptor]?
        }
        let entries: [Descriptor]
        do {
            entries = try StrictJSON.decode(Index.self, from: json).manifests ?? []
        } catch let error as DuplicateFieldError {
            throw ArchiveError.malformed(entry: "index.json", problem: "it has \(error)")
        } catch let error as DescriptorSizeError {
            throw ArchiveError.malformed(entry: "index.json", problem: "it says that \(error)")
        } catch {
            throw ArchiveError.malformed(entry: "index.json", problem: "it is not the JSON of an index")
        }
        var images: [DockerArchive.Image] = []
        var referrers: [ArchivedReferrer] = []
        for entry in entries {
            do {
                if let referrer = try ArchivedReferrer(entry) {
                    referrers.append(referrer)
                } else {
                    let reference = try entry.annotations?[OCILayout.nameAnnotation].map { try Reference($0) }
                    images.append(DockerArchive.Image(reference: reference, id: entry.digest, source: .manifest(entry)))
                }
            } catch let error as ReferenceError {
                throw ArchiveError.malformed(entry: "index.json", problem: "\(error)")
            }
        }
        return (images, referrers)
    }

    private static func checkLayout(_ entries: ArchiveEntries) throws {
        struct Layout: Decodable {
            var imageLayoutVersion: String
        }
        guard let content = entries["oci-layout"] else { return }
        let json = try content.bytes(of: "oci-layout", limit: limit)
        guard let layout = try? StrictJSON.decode(Layout.self, from: json),
            layout.imageLayoutVersion == OCILayout.version
        else {
            throw ArchiveError.malformed(entry: "oci-layout", problem: "it is not of version \(OCILayout.version)")
        }
    }
}
