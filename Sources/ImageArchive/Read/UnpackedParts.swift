import OCI
import SystemIO

/// What an image of which an archive has no manifest consists of, as the archive has it: nothing is compressed to know it.
package struct UnpackedParts: Sendable {
    /// The digest of the configuration, which is the image's ID, and its size in bytes.
    package let configuration: (digest: Digest, size: Int64)
    /// What the configuration says.
    package let platform: Platform
    /// The layers, lowest first: the digest of each one's uncompressed tar, and how many bytes its entry has.
    package let layers: [(diffID: Digest, size: Int64)]
}

extension DockerArchive {
    /// What an image without an ``Image/original`` consists of, without a proof of it.
    ///
    /// - Throws: ``ArchiveError``, `FileError`.
    package func parts(of image: Image) throws -> UnpackedParts {
        guard let item = image.item else { preconditionFailure("an image with an original has a manifest") }
        guard let content = entries[item.configuration] else { throw ArchiveError.missing(entry: item.configuration) }
        let bytes = try content.bytes(of: item.configuration, limit: ImageConfiguration.sizeLimit)
        guard let configuration = ImageConfiguration(bytes: bytes), let diffIDs = configuration.diffIDs,
            diffIDs.count == item.layers.count
        else {
            throw ArchiveError.malformed(entry: item.configuration, problem: "it does not tell the image's layers")
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
