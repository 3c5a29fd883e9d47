import OCI

/// Names and annotations of OCI layouts (OCI image-spec image-layout.md).
package enum OCILayout {
    /// The version that the entry `oci-layout` states.
    package static let version = "1.0.0"

    /// The name of a blob's entry.
    package static func path(of digest: Digest) -> String { "blobs/\(digest.algorithm)/\(digest.hex)" }

    /// Returns the digest of the blob at `path`; `nil` for another path.
    static func digest(ofPath path: String) -> Digest? {
        let parts = path.split(separator: "/").drop { $0 == "." }
        guard parts.count == 3, parts.first == "blobs" else { return nil }
        return Digest(parts.dropFirst().joined(separator: ":"))
    }

    /// Returns the host of a registry without the port and without the brackets of IPv6, as containerd writes it (Go's `URL.Hostname`).
    static func host(ofDomain domain: String) -> String {
        String(domain.hasPrefix("[") ? domain.dropFirst().prefix { $0 != "]" } : domain.prefix { $0 != ":" })
    }

    // MARK: Annotations of the entries of `index.json`

    /// The image's full name; containerd's annotation.
    package static let nameAnnotation = "io.containerd.image.name"
    /// The image's tag (annotations.md).
    package static let tagAnnotation = "org.opencontainers.image.ref.name"
    /// Followed by a registry's host name: the repositories that the manifest came from, separated by commas; containerd's annotation.
    static let sourceAnnotation = "containerd.io/distribution.source."
    /// The digest of the subject; containerd's annotation. Containerd creates no image for such an entry without a name.
    static let subjectAnnotation = "io.containerd.manifest.subject"
    /// The repository of a referrer without a tag, with its registry; only in archives of this program.
    static let repositoryAnnotation = "io.rancher.images.repository"
}
