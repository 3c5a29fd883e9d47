import OCI
import SystemIO

/// The sizes of blobs as manifests state them. They have to agree before an archive can be laid out.
package struct BlobSizes {
    private var sizes: [Digest: Int64]
    private var total: Int64 = 0

    /// More bytes of blobs than any disk holds; what an archive adds to it does not overflow. A larger size is invalid.
    private static let limit: Int64 = 1 << 60

    /// - Parameter known: verified sizes; for other blobs the first manifest counts.
    package init(known: [Digest: Int64] = [:]) {
        sizes = known
    }

    /// Adds the sizes that an image's manifests state, without those of its referrers. Adds none of them if it throws.
    package mutating func add(_ image: SavedImage) throws(BlobSizeError) {
        try add(image.manifests, image.blobs)
    }

    /// Adds the sizes that a referrer's manifests state. Adds none of them if it throws.
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

    /// Verifies that the blobs of an image are not larger than both any real image and the file system of the archive.
    /// Such a size fails its own image only; a disk that is too small for the others ends the run.
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

    /// Returns the blobs for which manifests state different sizes, with the images that have them.
    package static func disputed(in images: [SavedImage]) -> [Digest: [SavedImage]] {
        var stated: [Digest: Set<Int64>] = [:]
        for image in images {
            for blob in image.blobs { stated[blob.digest, default: []].insert(blob.size) }
        }
        let disputed = stated.filter { $0.value.count > 1 }
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

/// A wrong size of a blob in a manifest.
package struct BlobSizeError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The problem with the size.
    package enum Reason: Equatable, Sendable {
        /// Another manifest or the registry states another size.
        case contradiction
        /// No archive could hold the blob in addition to the others.
        case tooLarge
        /// The image's blobs have `size` bytes, the file system of the archive only `capacity`.
        case exceeds(capacity: Int64, size: Int64)
    }

    /// The blob as the manifest describes it.
    package let blob: Descriptor
    package let reason: Reason

    init(_ blob: Descriptor, _ reason: Reason) {
        self.blob = blob
        self.reason = reason
    }

    /// The problem, to be printed after the image's name.
    package var description: String {
        switch reason {
        case .contradiction:
            "its manifest states \(blob.size) bytes for \(blob.digest), which has another size; it is damaged in the registry"
        case .tooLarge:
            "its manifest states \(blob.size) bytes for \(blob.digest), more than an archive can hold; it is damaged in the"
                + " registry"
        case .exceeds(let capacity, let size):
            "its blobs have \(size) bytes, \(blob.size) of them in \(blob.digest), and the complete file system of the archive"
                + " has \(capacity): write to a larger one, or have the image repaired in the registry"
        }
    }
}
