import ImageModel
import Tar

/// The archive that `docker save` of Docker 28.5 writes from the containerd image store: an OCI layout with the blobs as the
/// registry had them, and a `manifest.json` for engines that know no OCI layout.
package struct ContainerdLayout: Sendable {
    /// What goes into an entry.
    package enum Content: Sendable {
        /// Bytes at hand.
        case bytes([UInt8])
        /// A blob that is fetched.
        case blob(Descriptor)
    }

    /// The entries in docker's order: by name, each once.
    package let entries: [(header: TarHeader, content: Content)]
    /// Names that `manifest.json` lacks, so that an engine without the containerd store will not load them.
    package let shadowedNames: [Reference]

    /// The layout of images in the order of the list.
    ///
    /// - Throws: ``LayoutError`` where the sizes that the manifests tell cannot be true.
    package init(of images: [SavedImage]) throws(LayoutError) {
        var contents: [Digest: Content] = [:]
        for image in images {
            for manifest in image.manifests { contents[manifest.digest] = .bytes(manifest.bytes) }
        }
        var total: Int64 = 0
        for image in images {
            for blob in image.blobs {
                guard let known = contents[blob.digest] else {
                    guard blob.size <= Self.sizeLimit - total else {
                        throw LayoutError(image.reference, blob, .tooLarge)
                    }
                    total += blob.size
                    contents[blob.digest] = .blob(blob)
                    continue
                }
                guard known.size == blob.size else { throw LayoutError(image.reference, blob, .contradiction) }
            }
        }

        var entries: [(header: TarHeader, content: Content)] = []
        for folder in Set(["blobs/"] + contents.keys.map { "blobs/\($0.algorithm)/" }) {
            entries.append((TarHeader(name: folder, kind: .directory, mode: 0o755), .bytes([])))
        }
        for (digest, content) in contents {
            entries.append((TarHeader(name: OCILayout.path(of: digest), mode: 0o444, size: content.size), content))
        }
        let items = ManifestJSON(of: images)
        for (name, mode, text) in [
            ("index.json", UInt32(0o644), IndexJSON.text(of: images)),
            ("manifest.json", 0o644, items.text),
            ("oci-layout", 0o444, Array(#"{"imageLayoutVersion":"\#(OCILayout.version)"}"#.utf8)),
        ] {
            entries.append((TarHeader(name: name, mode: mode, size: Int64(text.count)), .bytes(text)))
        }
        self.entries = entries.sorted { $0.header.name.utf8.lexicographicallyPrecedes($1.header.name.utf8) }
        self.shadowedNames = items.shadowedNames
    }

    /// The most bytes that all blobs may have together: more than any disk holds, and few enough that no offset overflows.
    private static let sizeLimit: Int64 = 1 << 60
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

/// A manifest tells a size of a blob that cannot be true.
package struct LayoutError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong with the size.
    package enum Reason: Equatable, Sendable {
        /// The manifest of an image before tells another one.
        case contradiction
        /// No archive could hold the blob beside the others.
        case tooLarge
    }

    /// The image whose manifest it is.
    package let reference: Reference
    /// The blob as the manifest tells of it.
    package let blob: Descriptor
    package let reason: Reason

    init(_ reference: Reference, _ blob: Descriptor, _ reason: Reason) {
        self.reference = reference
        self.blob = blob
        self.reason = reason
    }

    /// One sentence.
    package var description: String {
        switch reason {
        case .contradiction:
            "\(reference.familiar): its manifest tells another size of \(blob.digest) than that of an image before it;"
                + " one of the two is damaged in the registry"
        case .tooLarge:
            "\(reference.familiar): its manifest tells that \(blob.digest) has \(blob.size) bytes, more than an archive"
                + " can hold; it is damaged in the registry"
        }
    }
}
