import ImageModel

/// What all archives with an OCI layout have in common (OCI image-spec image-layout.md).
package enum OCILayout {
    /// Where a blob lies.
    package static func path(of digest: Digest) -> String { "blobs/\(digest.algorithm)/\(digest.hex)" }

    /// The digest of the blob that lies at a path; `nil` for another path.
    static func digest(ofPath path: String) -> Digest? {
        let parts = path.split(separator: "/").drop { $0 == "." }
        guard parts.count == 3, parts.first == "blobs" else { return nil }
        return Digest(parts.dropFirst().joined(separator: ":"))
    }

    /// The annotation of an entry of `index.json` that has the image's whole name; containerd's own.
    package static let nameAnnotation = "io.containerd.image.name"

    /// The annotation of an entry of `index.json` that has the image's tag (annotations.md).
    package static let tagAnnotation = "org.opencontainers.image.ref.name"
}
