import OCI
import SystemIO

/// An image of an archive, by one of its names.
package struct ImageSummary: Sendable {
    /// A blob, a manifest or an unpacked layer.
    package struct Component: Sendable, Hashable {
        package enum Kind: String, Sendable, Hashable {
            case index, manifest, configuration, layer
        }

        package let kind: Kind
        /// The digest of the bytes as the registry served them; the digest of the tar for an unpacked layer.
        package let digest: Digest
        /// The size in the archive, in bytes.
        package let size: Int64
        /// Whether a delta archive omits the blob because another archive has it.
        package let isOmitted: Bool

        package init(_ kind: Kind, _ digest: Digest, size: Int64, isOmitted: Bool = false) {
            self.kind = kind
            self.digest = digest
            self.size = size
            self.isOmitted = isOmitted
        }
    }

    /// `nil` if the image was saved without a name.
    package let reference: Reference?
    /// The digest of the manifest or index, or of the configuration if the archive has neither.
    package let digest: Digest
    package let platforms: [Platform]
    /// Whether the archive has unpacked layers, as docker's graph drivers keep them, and no manifest.
    package let isUnpacked: Bool
    /// The components without duplicates.
    package let components: [Component]
    /// The reason that the image cannot be read or loaded; `nil` if it is complete.
    package var problem: String?

    package init(
        reference: Reference?,
        digest: Digest,
        platforms: [Platform] = [],
        isUnpacked: Bool = false,
        components: [Component] = [],
        problem: String? = nil
    ) {
        self.reference = reference
        self.digest = digest
        self.platforms = platforms
        self.isUnpacked = isUnpacked
        self.components = components
        self.problem = problem
    }

    /// The size of the components, in bytes.
    package var size: Int64 { components.saturatedSum(of: \.size) }
}

/// The content of an archive.
package struct ArchiveListing: Sendable {
    /// The images in the order of the archive.
    package let images: [ImageSummary]
    /// The number of images that have a component.
    private let owners: [Digest: Int]

    package init(_ images: [ImageSummary]) {
        self.images = images
        var owners: [Digest: Int] = [:]
        for component in images.flatMap(\.components) { owners[component.digest, default: 0] += 1 }
        self.owners = owners
    }

    /// Returns the size of the components that `image` shares with other images, in bytes.
    package func sharedSize(of image: ImageSummary) -> Int64 {
        image.components.saturatedSum { owners[$0.digest, default: 0] > 1 ? $0.size : 0 }
    }

    /// The size of all components, each counted once, in bytes.
    package var size: Int64 {
        var seen: Set<Digest> = []
        return images.flatMap(\.components).filter { !$0.isOmitted }
            .saturatedSum { seen.insert($0.digest).inserted ? $0.size : 0 }
    }
}
