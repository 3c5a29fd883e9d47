import OCI
import SystemIO

/// The sizes that the manifests of images tell of their blobs, which have to agree before an archive can be laid out.
package struct BlobSizes {
    private var sizes: [Digest: Int64]
    private var total: Int64 = 0

    /// More bytes of blobs than any disk holds, with room for all that an archive adds: what is larger is no size.
    private static let limit: Int64 = 1 << 60

    /// - Parameter known: sizes that are proven; of other blobs the first manifest that tells one is believed.
    package init(known: [Digest: Int64] = [:]) {
        sizes = known
    }

    /// Adds the sizes that an image's manifests tell; none of them where it fails. Those of its referrers are not among them.
    package mutating func add(_ image: SavedImage) throws(BlobSizeError) {
        try add(image.manifests, image.blobs)
    }

    /// Adds the sizes that a referrer's manifests tell; none of them where it fails.
    package mutating func add(_ referrer: SavedReferrer) throws(BlobSizeError) {
        try add(referrer.manifests, referrer.blobs)
    }

    private mutating func add(_ manifests: [Manifest], _ blobs: [Descriptor]) throws(BlobSizeError) {
        var next = self
        for manifest in manifests { next.sizes[manifest.digest] = Int64(manifest.bytes.count) }
        for blob in blobs {
            guard blob.size <= Self.limit - next.total else { throw BlobSizeError(blob, .tooLarge) }
            guard let known = next.sizes[blob.digest] else {
                next.total += blob.size
                next.sizes[blob.digest] = blob.size
                continue
            }
            guard known == blob.size else { throw BlobSizeError(blob, .contradiction) }
        }
        self = next
    }

    /// An image of less is not absurd, even if the disk is too small for it.
    private static let largestImage: Int64 = 1 << 40

    /// Verifies that the blobs of an image are not absurdly large: more than any image has, and than the file system of the archive can
    /// hold. Such a size fails its own image only, while a disk that is too small for the others stops the run.
    ///
    /// - Parameters:
    ///   - omitted: the blobs that the archive leaves out.
    ///   - capacity: the size of the file system in bytes; `nil` if it is unknown.
    package static func check(
        _ image: SavedImage,
        omitting omitted: OmittedBlobs = OmittedBlobs(),
        capacity: Int64?
    ) throws(BlobSizeError) {
        let blobs = Set(image.blobs.filter { omitted[$0.digest] == nil })
        guard let capacity, let largest = blobs.max(by: { $0.size < $1.size }) else { return }
        let size = blobs.saturatedSum(of: \.size)
        guard size <= max(capacity, Self.largestImage) else {
            throw BlobSizeError(largest, .exceeds(capacity: capacity, size: size))
        }
    }

    /// The blobs of which manifests tell different sizes, each once, with the images that have them.
    package static func disputed(in images: [SavedImage]) -> [Digest: [SavedImage]] {
        var told: [Digest: Set<Int64>] = [:]
        for image in images {
            for blob in image.blobs { told[blob.digest, default: []].insert(blob.size) }
        }
        let disputed = told.filter { $0.value.count > 1 }
        guard !disputed.isEmpty else { return [:] }
        var owners: [Digest: [SavedImage]] = [:]
        for image in images {
            for digest in Set(image.blobs.map(\.digest)) where disputed[digest] != nil {
                owners[digest, default: []].append(image)
            }
        }
        return owners
    }
}

/// A manifest tells a size of a blob that cannot be true.
package struct BlobSizeError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong with the size.
    package enum Reason: Equatable, Sendable {
        /// Another manifest tells another one, or the registry does.
        case contradiction
        /// No archive could hold the blob beside the others.
        case tooLarge
        /// The image's blobs have `size` bytes, the file system of the archive only `capacity`.
        case exceeds(capacity: Int64, size: Int64)
    }

    /// The blob as the manifest tells of it.
    package let blob: Descriptor
    /// What is wrong with the size.
    package let reason: Reason

    init(_ blob: Descriptor, _ reason: Reason) {
        self.blob = blob
        self.reason = reason
    }

    /// What is wrong, to follow the image's name.
    package var description: String {
        switch reason {
        case .contradiction:
            "its manifest tells \(blob.size) bytes of \(blob.digest), which has another size; it is damaged in the registry"
        case .tooLarge:
            "its manifest tells that \(blob.digest) has \(blob.size) bytes, more than an archive can hold; it is damaged in the"
                + " registry"
        case .exceeds(let capacity, let size):
            "its blobs have \(size) bytes, \(blob.size) of them in \(blob.digest), and the complete file system of the archive"
                + " has \(capacity): write to a larger one, or have the image repaired in the registry"
        }
    }
}
