import OCI
import SystemIO

/// What an archive holds.
package struct ArchiveListing: Sendable {
    /// A blob, a manifest or an unpacked layer.
    package struct Part: Sendable, Hashable {
        package enum Kind: String, Sendable, Hashable {
            case index, manifest, configuration, layer
        }

        package let kind: Kind
        /// Of the bytes as a registry had them; of an unpacked layer, that of its tar.
        package let digest: Digest
        /// In bytes, as the archive has it.
        package let size: Int64
        /// Whether a delta archive leaves it out, since another archive has it.
        package let isOmitted: Bool

        package init(_ kind: Kind, _ digest: Digest, size: Int64, isOmitted: Bool = false) {
            self.kind = kind
            self.digest = digest
            self.size = size
            self.isOmitted = isOmitted
        }
    }

    /// An image by a name that it has.
    package struct Image: Sendable {
        /// `nil` where it was saved without a name.
        package let reference: Reference?
        /// The digest of its manifest or index, else of its configuration.
        package let digest: Digest
        package let platforms: [Platform]
        /// Whether the archive has no manifest of the image, but its layers, as docker's graph drivers keep them.
        package let isUnpacked: Bool
        /// Each once.
        package let parts: [Part]
        /// Why more of it cannot be told; `nil` where it is whole.
        package let problem: String?

        package init(
            reference: Reference?,
            digest: Digest,
            platforms: [Platform] = [],
            isUnpacked: Bool = false,
            parts: [Part] = [],
            problem: String? = nil
        ) {
            self.reference = reference
            self.digest = digest
            self.platforms = platforms
            self.isUnpacked = isUnpacked
            self.parts = parts
            self.problem = problem
        }

        /// In bytes.
        package var size: Int64 { parts.saturatedSum(of: \.size) }
    }

    /// In the order of the archive.
    package let images: [Image]
    private let owners: [Digest: Int]

    package init(_ images: [Image]) {
        self.images = images
        var owners: [Digest: Int] = [:]
        for part in images.flatMap(\.parts) { owners[part.digest, default: 0] += 1 }
        self.owners = owners
    }

    /// What of an image other images of the archive have too, in bytes.
    package func sharedSize(of image: Image) -> Int64 {
        image.parts.saturatedSum { owners[$0.digest, default: 0] > 1 ? $0.size : 0 }
    }

    /// What the archive has of all images, each part counted once, in bytes.
    package var size: Int64 {
        var seen: Set<Digest> = []
        return images.flatMap(\.parts).filter { !$0.isOmitted }
            .saturatedSum { seen.insert($0.digest).inserted ? $0.size : 0 }
    }
}
