import OCI
import SystemIO

/// The configuration and the unpacked layers of an archived image without a manifest.
package struct UnpackedParts: Sendable {
    /// The digest of the configuration, which is the image's ID, and its size in bytes.
    package let configuration: (digest: Digest, size: Int64)
    /// The platform in the configuration.
    package let platform: Platform
    /// The layers, lowest first: the digest of the uncompressed tar, and the size of the entry in bytes.
    package let layers: [(diffID: Digest, size: Int64)]
}

extension DockerArchive {
    /// Returns the configuration and the layers of an image without an ``Image/original``. The layers are not verified.
    ///
    /// - Throws: ``ArchiveError``, `FileError`.
    package func parts(of image: Image) throws -> UnpackedParts {
        guard let item = image.item else { preconditionFailure("an image with an original has a manifest") }
        guard let content = entries[item.configuration] else { throw ArchiveError.missing(entry: item.configuration) }
        let bytes = try content.bytes(of: item.configuration, limit: ImageConfiguration.sizeLimit)
        guard let configuration = ImageConfiguration(bytes: bytes), let diffIDs = configuration.diffIDs,
            diffIDs.count == item.layers.count
        else {
            throw ArchiveError.malformed(entry: item.configuration, problem: "it does not list the image's layers")
        }
        let layers = try zip(diffIDs, item.layers)
            .map { diffID, name in
                guard let content = entries[name] else { throw ArchiveError.missing(entry: name) }
                return (diffID: diffID, size: content.size)
            }
        return UnpackedParts(
            configuration: (ContentHash.digest(of: bytes), content.size),
            platform: configuration.platform,
            layers: layers
        )
    }
}
