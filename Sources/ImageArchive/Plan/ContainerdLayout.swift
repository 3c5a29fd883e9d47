import OCI
import Tar

/// The archive that `docker save` of Docker 28.5 writes from the containerd image store: an OCI layout with the blobs as the
/// registry had them, and a `manifest.json` for engines that know no OCI layout.
package struct ContainerdLayout: Sendable {
    /// The content of an entry.
    package enum Content: Sendable {
        /// Known bytes.
        case bytes([UInt8])
        /// A blob that is fetched.
        case blob(Descriptor)
    }

    /// An entry.
    package typealias Entry = (header: TarHeader, content: Content)

    /// The directories and the blobs in docker's order: by name, without duplicates.
    package let blobs: [Entry]
    /// The tables that follow the blobs in docker's order: `index.json`, `manifest.json` and `oci-layout`; in a delta archive
    /// ``OmittedBlobs/entryName`` too.
    package let tables: [Entry]
    /// Names that `manifest.json` lacks, so that an engine without the containerd store will not load them.
    package let shadowedNames: [Reference]

    /// The layout of images in the order of the list, whose sizes do not contradict one another (``BlobSizes``).
    ///
    /// - Parameter omitted: blobs that are left out.
    package init(of images: [SavedImage], omitting omitted: OmittedBlobs = OmittedBlobs()) {
        var contents: [Digest: Content] = [:]
        for image in images {
            for blob in image.blobs + image.referrers.flatMap(\.blobs)
            where contents[blob.digest] == nil && omitted[blob.digest] == nil {
                contents[blob.digest] = .blob(blob)
            }
        }
        for image in images {
            for manifest in image.manifests + image.referrers.flatMap(\.manifests) {
                contents[manifest.digest] = .bytes(manifest.bytes)
            }
        }
        var blobs: [Entry] = []
        for directory in Set(["blobs/"] + contents.keys.map { "blobs/\($0.algorithm)/" }) {
            blobs.append((TarHeader(name: directory, kind: .directory, mode: 0o755), .bytes([])))
        }
        for (digest, content) in contents {
            blobs.append((TarHeader(name: OCILayout.path(of: digest), mode: 0o444, size: content.size), content))
        }
        let items = ManifestJSON(of: images)
        self.blobs = blobs.sorted { $0.header.name.utf8.lexicographicallyPrecedes($1.header.name.utf8) }
        var tables = [
            ("index.json", UInt32(0o644), IndexJSON.text(of: images)),
            ("manifest.json", 0o644, items.text),
            ("oci-layout", 0o444, Array(#"{"imageLayoutVersion":"\#(OCILayout.version)"}"#.utf8)),
        ]
        let all = images.flatMap { $0.blobs + $0.referrers.flatMap(\.blobs) }
        let left = omitted.among(Set(all.map(\.digest)))
        if !left.isEmpty { tables.append((OmittedBlobs.entryName, 0o644, left.text)) }
        self.tables = tables.map { name, mode, text in
            (TarHeader(name: name, mode: mode, size: Int64(text.count)), .bytes(text))
        }
        self.shadowedNames = items.shadowedNames
    }
}

extension ContainerdLayout.Content {
    /// In bytes.
    package var size: Int64 {
        switch self {
        case .bytes(let bytes): Int64(bytes.count)
        case .blob(let descriptor): descriptor.size
        }
    }
}
